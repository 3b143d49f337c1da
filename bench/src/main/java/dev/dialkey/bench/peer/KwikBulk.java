package dev.dialkey.bench.peer;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import tech.kwik.core.QuicConnection;
import tech.kwik.core.QuicStream;

/**
 * Sends many bytes on one stream of kwik. The sender thread of kwik 0.10.8 stops in the middle of a
 * stream when it runs between the two steps in which a writer asks it to: the request is queued
 * first and counted after that, and the sender takes the wrong count for a request still to come.
 * The next write asks again, but the writer waits for room and makes none. So some bytes are kept
 * back: a second thread writes one of them whenever nothing has left for a while, and the rest,
 * which fit one packet, come last.
 */
final class KwikBulk {

  private static final int KEPT_BYTES = 1000;
  private static final long LOOK_NANOS = Duration.ofMillis(50).toNanos();

  private final QuicConnection connection;
  private final OutputStream out;

  /** Belongs to the second thread until that has ended. */
  private int nudges;

  KwikBulk(QuicConnection connection, QuicStream stream) {
    this.connection = connection;
    this.out = stream.getOutputStream();
  }

  /** Returns when the stream is written and finished. */
  void send(long bytes) throws IOException, InterruptedException {
    long body = bytes - Math.min(bytes, KEPT_BYTES);
    if (body > 0) {
      long end = sent() + body;
      Thread nudge = Thread.ofPlatform().daemon().name("nudge").start(() -> nudgeUntil(end));
      Payload.write(out, body);
      nudge.join();
    }
    Payload.write(out, bytes - body - nudges);
    out.close();
  }

  private void nudgeUntil(long end) {
    try {
      long before = sent();
      LockSupport.parkNanos(LOOK_NANOS);
      for (long sent = sent(); sent < end + nudges; sent = sent()) {
        // One stays, so that the end of the stream comes with a byte.
        if (sent == before && nudges < KEPT_BYTES - 1) {
          nudges++;
          out.write(new byte[1]);
        }
        before = sent;
        LockSupport.parkNanos(LOOK_NANOS);
      }
    } catch (IOException _) {
      // The stream is broken, which the writer learns as well.
    }
  }

  private long sent() {
    return connection.getStats().dataBytesSent();
  }
}
