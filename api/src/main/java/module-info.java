/** Dial a public key, not an IP address. */
@SuppressWarnings("module") // The testkit need not be present.
module dev.dialkey {
  requires transitive dev.dialkey.addressing;
  requires transitive dev.dialkey.holepunch;
  requires dev.dialkey.bindings;
  requires jdk.jfr;
  requires static org.jspecify;

  exports dev.dialkey;
  exports dev.dialkey.internal.endpoint to
      dev.dialkey.testkit;
  exports dev.dialkey.internal.machine to
      dev.dialkey.testkit;
}
