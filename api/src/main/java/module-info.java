/** Dial a public key, not an IP address. */
module dev.dialkey {
  requires transitive dev.dialkey.addressing;
  requires transitive dev.dialkey.holepunch;
  requires dev.dialkey.bindings;
  requires jdk.jfr;
  requires static org.jspecify;

  exports dev.dialkey;
}
