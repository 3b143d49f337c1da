package dev.dialkey.bench.peer;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import tech.kwik.core.QuicConnection;
import tech.kwik.core.QuicStream;
import tech.kwik.core.server.ApplicationProtocolConnection;

/** Answers the streams of one connection, each on a virtual thread. */
final class KwikResponder implements ApplicationProtocolConnection {

  /** Has no thread before the first datagram. */
  private final ExecutorService datagramThread =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());

  /** Belongs to the thread of the datagrams, so that a count comes after those received before. */
  private long datagrams;

  KwikResponder(QuicConnection connection) {
    connection.setDatagramHandler(_ -> datagrams++, datagramThread);
    connection.setConnectionListener(_ -> datagramThread.shutdown());
  }

  @Override
  public void acceptPeerInitiatedStream(QuicStream stream) {
    Thread.ofVirtual().name("stream").start(() -> answer(stream));
  }

  private void answer(QuicStream stream) {
    try (OutputStream out = stream.getOutputStream()) {
      byte first = Payload.drain(stream.getInputStream());
      if (first == Payload.DATAGRAM_COUNT) {
        long count = datagramThread.submit(() -> datagrams).get();
        out.write(ByteBuffer.allocate(Long.BYTES).putLong(count).array());
      } else {
        out.write(new byte[] {first});
      }
    } catch (IOException | ExecutionException e) {
      // The client went away in the middle; it has told its own error.
      System.err.println("a stream ended early: " + e.getMessage());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
