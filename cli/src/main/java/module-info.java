/** The {@code dialkey} command. */
module dev.dialkey.cli {
  requires com.fasterxml.jackson.core;
  requires dev.dialkey;
  requires dev.dialkey.bindings;
  requires info.picocli;
  requires java.logging;
  requires java.management;
  requires jdk.management;
  requires me.tongfei.progressbar;
  requires static org.jspecify;

  // Annotated fields and methods are set by reflection.
  opens dev.dialkey.cli to
      info.picocli;
  opens dev.dialkey.cli.doctor to
      info.picocli;
  opens dev.dialkey.cli.perfpeer to
      info.picocli;
  opens dev.dialkey.cli.pipe to
      info.picocli;
  opens dev.dialkey.cli.shell to
      info.picocli;
  opens dev.dialkey.cli.testpeer to
      info.picocli;
}
