/** A program that uses Dialkey. */
module example {
  requires dev.dialkey;
}
