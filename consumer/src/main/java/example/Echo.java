package example;

import dev.dialkey.Connection;
import dev.dialkey.Endpoint;
import dev.dialkey.Presets;
import dev.dialkey.Router;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** Two endpoints on one machine, of which one sends back what it gets. */
public final class Echo {
  private static final String ALPN = "example/echo/1";
  private static final int MAX_BYTES = 1 << 20;

  private Echo() {}

  public static void main(String[] args) throws Exception {
    byte[] text = "echo on ".concat(System.getProperty("os.name")).getBytes(StandardCharsets.UTF_8);
    System.out.println(new String(there(text), StandardCharsets.UTF_8));
  }

  /** The bytes after they went to the other endpoint and back. */
  static byte[] there(byte[] data) throws Exception {
    var here = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (var dialler = Endpoint.builder(Presets.empty()).bindAddr(here).bind();
        var echoer = Endpoint.builder(Presets.empty()).bindAddr(here).bind();
        var router = Router.builder(echoer).accept(ALPN, Echo::answer).start();
        var connection = dialler.connect(echoer.addr(), ALPN);
        var stream = connection.openBi()) {
      stream.send().write(data);
      stream.send().finish();
      return stream.recv().readAll(MAX_BYTES);
    }
  }

  private static void answer(Connection connection) throws Exception {
    try (var stream = connection.acceptBi()) {
      stream.send().write(stream.recv().readAll(MAX_BYTES));
      stream.send().finish();
      connection.closed().join();
    }
  }
}
