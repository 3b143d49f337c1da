/** Paths and candidates of a connection: pure decisions, no I/O, no threads, no clock. */
module dev.dialkey.holepunch {
  requires transitive dev.dialkey.addressing;
  requires static org.jspecify;

  exports dev.dialkey.holepunch;
}
