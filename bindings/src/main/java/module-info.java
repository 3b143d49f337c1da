/** The native library as Java sees it. The one module that needs native access. */
@SuppressWarnings("module") // The modules it is exported to need not be present.
module dev.dialkey.bindings {
  requires static org.jspecify;

  exports dev.dialkey.bindings to
      dev.dialkey,
      dev.dialkey.testkit,
      dev.dialkey.cli;
}
