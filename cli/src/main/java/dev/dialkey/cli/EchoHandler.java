package dev.dialkey.cli;

import dev.dialkey.BiStream;
import dev.dialkey.Connection;
import dev.dialkey.ConnectionClosedException;
import dev.dialkey.ProtocolHandler;
import dev.dialkey.StreamResetException;
import dev.dialkey.StreamStoppedException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;

/**
 * Sends every bidirectional stream back while it reads it. Memory per connection is bounded by the
 * streams that the endpoint allows at once.
 */
final class EchoHandler implements ProtocolHandler {
  private static final Logger LOG = System.getLogger("dev.dialkey.cli");

  @Override
  public void accept(Connection connection) throws IOException {
    try {
      while (true) {
        BiStream stream = connection.acceptBi();
        Thread.ofVirtual().name("dialkey-echo").start(() -> serve(stream));
      }
    } catch (ConnectionClosedException e) {
      LOG.log(Level.DEBUG, () -> connection + ": " + e.getMessage());
    }
  }

  private static void serve(BiStream stream) {
    try (stream) {
      echo(stream);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, () -> "stream " + stream.id() + ": " + e.getMessage());
    }
  }

  /** What ends one direction early ends the other with the same code. */
  private static void echo(BiStream stream) throws IOException {
    var buffer = new byte[EchoProtocol.CHUNK_BYTES];
    try {
      int n = stream.recv().read(buffer);
      while (n >= 0) {
        stream.send().write(ByteBuffer.wrap(buffer, 0, n));
        n = stream.recv().read(buffer);
      }
      stream.send().finish();
    } catch (StreamResetException e) {
      stream.send().reset(e.code());
    } catch (StreamStoppedException e) {
      stream.recv().stop(e.code());
    }
  }
}
