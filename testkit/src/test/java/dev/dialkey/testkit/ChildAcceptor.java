package dev.dialkey.testkit;

import dev.dialkey.Connection;
import dev.dialkey.Endpoint;
import dev.dialkey.TransportOptions;
import dev.dialkey.addressing.SecretKey;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** An accepting endpoint in a JVM of its own, which can be killed without a word to its peers. */
final class ChildAcceptor implements AutoCloseable {
  private final Process process;
  private final int port;

  private ChildAcceptor(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /** The child's program: binds, tells its port, and echoes one stream after the other. */
  public static void main(String[] args) throws Exception {
    var options = TransportOptions.builder().keepAlive(Duration.ZERO).build();
    try (SecretKey key = SecretKey.fromBytes(HexFormat.of().parseHex(args[0]));
        Endpoint endpoint =
            Loopback.builder().secretKey(key).transport(options).alpns("test/1").bind()) {
      System.out.println(endpoint.boundSockets().getFirst().getPort());
      Connection connection = endpoint.accept().orElseThrow().accept().await();
      while (true) {
        try (var stream = connection.acceptBi()) {
          stream.send().write(stream.recv().readAll(100));
          stream.send().finish();
        }
      }
    }
  }

  static ChildAcceptor start(SecretKey key) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    String nativePath = System.getProperty("dialkey.native.path");
    if (nativePath != null) {
      command.add("-Ddialkey.native.path=" + nativePath);
    }
    command.add("-cp");
    command.add(classPath());
    command.add(ChildAcceptor.class.getName());
    command.add(HexFormat.of().formatHex(key.toBytes()));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    var out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
    String port = out.readLine();
    if (port == null) {
      throw new IOException("the child did not start");
    }
    return new ChildAcceptor(process, Integer.parseInt(port));
  }

  int port() {
    return port;
  }

  /** Ends the process at once; its peers hear nothing. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  /** Everything on the class path and the module path, whichever way this JVM was started. */
  private static String classPath() {
    Stream<String> given =
        Stream.of("java.class.path", "jdk.module.path", "surefire.test.class.path")
            .map(System::getProperty)
            .filter(Objects::nonNull);
    return String.join(File.pathSeparator, Stream.concat(Stream.of(ownClasses()), given).toList());
  }

  private static String ownClasses() {
    String name = ChildAcceptor.class.getName().replace('.', '/') + ".class";
    var url = ChildAcceptor.class.getResource("/" + name);
    if (url == null) {
      throw new AssertionError("no " + name);
    }
    String path = Path.of(URI.create(url.toString())).toString();
    return path.substring(0, path.length() - name.length());
  }
}
