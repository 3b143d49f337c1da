/** Helpers for tests of programs that use Dialkey. */
module dev.dialkey.testkit {
  requires transitive dev.dialkey;
  requires dev.dialkey.bindings;
  requires java.logging;
  requires transitive org.junit.jupiter.api;
  requires static org.jspecify;

  exports dev.dialkey.testkit;
}
