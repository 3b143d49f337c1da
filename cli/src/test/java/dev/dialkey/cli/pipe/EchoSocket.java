package dev.dialkey.cli.pipe;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A server that sends back what it gets. */
record EchoSocket(ServerSocketChannel listener, ExecutorService threads) implements AutoCloseable {

  static EchoSocket tcp() throws IOException {
    return start(
        ServerSocketChannel.open(), new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  static EchoSocket unix(Path path) throws IOException {
    return start(
        ServerSocketChannel.open(StandardProtocolFamily.UNIX), UnixDomainSocketAddress.of(path));
  }

  private static EchoSocket start(ServerSocketChannel listener, SocketAddress address)
      throws IOException {
    listener.bind(address);
    var server = new EchoSocket(listener, Executors.newVirtualThreadPerTaskExecutor());
    server.threads.execute(server::acceptAll);
    return server;
  }

  String hostAndPort() throws IOException {
    return "127.0.0.1:" + ((InetSocketAddress) listener.getLocalAddress()).getPort();
  }

  String path() throws IOException {
    return listener.getLocalAddress().toString();
  }

  @Override
  public void close() throws IOException {
    listener.close();
    threads.shutdownNow();
    threads.close();
  }

  private void acceptAll() {
    try {
      while (true) {
        SocketChannel client = listener.accept();
        threads.execute(() -> echo(client));
      }
    } catch (IOException e) {
      return; // Closed.
    }
  }

  private static void echo(SocketChannel client) {
    try (client) {
      var buffer = ByteBuffer.allocate(10_000);
      while (client.read(buffer.clear()) >= 0) {
        buffer.flip();
        while (buffer.hasRemaining()) {
          client.write(buffer);
        }
      }
    } catch (IOException e) {
      return; // The client gave up.
    }
  }
}
