package dev.dialkey.interop;

import dev.dialkey.Router;
import dev.dialkey.addressing.SecretKey;
import dev.dialkey.addressing.SocketAddrs;
import dev.dialkey.testkit.Loopback;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** A Dialkey endpoint in a JVM of its own, so that it can vanish without a word. */
final class FormerLife implements AutoCloseable {
  private static final String KEY_VARIABLE = "FORMER_LIFE_KEY";

  /** Where this JVM was told to find the native library, if it was told. */
  static final String LIBRARY_PROPERTY = "dialkey.native.path";

  private final Process process;
  private final InetSocketAddress address;

  private FormerLife(Process process, InetSocketAddress address) {
    this.process = process;
    this.address = address;
  }

  static FormerLife start(SecretKey key, String alpn) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    String library = System.getProperty(LIBRARY_PROPERTY);
    if (library != null) {
      command.add("-D" + LIBRARY_PROPERTY + "=" + library);
    }
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), FormerLife.class.getName(), alpn));
    var builder = new ProcessBuilder(command);
    builder.environment().put(KEY_VARIABLE, HexFormat.of().formatHex(key.toBytes()));
    Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String line = process.inputReader(StandardCharsets.UTF_8).readLine();
    return new FormerLife(process, SocketAddrs.parse(Objects.requireNonNull(line)));
  }

  InetSocketAddress address() {
    return address;
  }

  /** Ends it as a crash would, and waits until its port is free. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor(20, TimeUnit.SECONDS);
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }

  /** The endpoint's process; it serves until it is killed or its input ends. */
  public static void main(String[] arguments) throws IOException {
    SecretKey key = SecretKey.parse(System.getenv(KEY_VARIABLE));
    var endpoint = Loopback.builder().secretKey(key).bind();
    try (Router router = Router.builder(endpoint).accept(arguments[0], new EchoService()).start()) {
      System.out.println(SocketAddrs.format(router.endpoint().boundSockets().getFirst()));
      while (System.in.read() >= 0) {
        // Nothing is said to it: the end of its input is the end of the test.
      }
    }
  }
}
