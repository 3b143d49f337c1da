/** The figures of an endpoint as Micrometer meters. */
@SuppressWarnings("requires-transitive-automatic") // Micrometer's jars declare no modules.
module dev.dialkey.micrometer {
  requires transitive dev.dialkey;
  requires transitive micrometer.core;
  requires static org.jspecify;

  exports dev.dialkey.micrometer;
}
