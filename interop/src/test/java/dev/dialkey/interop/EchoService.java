package dev.dialkey.interop;

import dev.dialkey.BiStream;
import dev.dialkey.Connection;
import dev.dialkey.ProtocolHandler;
import dev.dialkey.RecvStream;
import dev.dialkey.SendStream;
import dev.dialkey.StreamResetException;
import dev.dialkey.StreamStoppedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The Dialkey side of {@code dialkey/echo/0}: echoes bidirectional streams, sends the content of
 * unidirectional ones back in new ones, and datagrams as they come; it keeps the codes it has seen.
 */
final class EchoService implements ProtocolHandler {
  final BlockingQueue<Long> resetCodes = new LinkedBlockingQueue<>();
  final BlockingQueue<Long> stopCodes = new LinkedBlockingQueue<>();
  final BlockingQueue<Connection> connections = new LinkedBlockingQueue<>();

  @Override
  public void accept(Connection connection) throws Exception {
    connections.add(connection);
    Thread.ofVirtual().start(() -> serveUni(connection));
    Thread.ofVirtual().start(() -> serveDatagrams(connection));
    while (true) {
      BiStream stream = connection.acceptBi();
      Thread.ofVirtual().start(() -> echo(stream));
    }
  }

  private void echo(BiStream stream) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(64 * 1024);
    try {
      while (stream.recv().read(buffer) >= 0) {
        stream.send().write(buffer.flip());
        buffer.clear();
      }
      stream.send().finish();
    } catch (StreamResetException e) {
      resetCodes.add(e.code());
      stream.send().reset(e.code());
    } catch (StreamStoppedException e) {
      stopCodes.add(e.code());
      stream.recv().stop(e.code());
    } catch (IOException e) {
      // The connection is over; the test asserts how.
    } finally {
      stream.close();
    }
  }

  private void serveUni(Connection connection) {
    try {
      while (true) {
        RecvStream stream = connection.acceptUni();
        byte[] content = stream.readAll(64 << 20);
        try (SendStream back = connection.openUni()) {
          back.write(content);
          back.finish();
        }
      }
    } catch (IOException e) {
      // The connection is over; the test asserts how.
    }
  }

  private static void serveDatagrams(Connection connection) {
    try {
      while (true) {
        connection.datagrams().sendBlocking(connection.datagrams().read());
      }
    } catch (IOException e) {
      // The connection is over; the test asserts how.
    }
  }
}
