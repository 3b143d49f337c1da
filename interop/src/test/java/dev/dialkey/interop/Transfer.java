package dev.dialkey.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.BiStream;
import dev.dialkey.Connection;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Sends a pattern to an echo and checks what comes back, while a test does something else. */
final class Transfer {
  private static final int PIECE = 64 * 1024;

  private final long bytes;
  private final AtomicLong returned = new AtomicLong();
  private final CompletableFuture<Void> done = new CompletableFuture<>();

  private Transfer(long bytes) {
    this.bytes = bytes;
  }

  static Transfer begin(Connection connection, long bytes) throws Exception {
    var transfer = new Transfer(bytes);
    BiStream stream = connection.openBi();
    Thread.ofVirtual().start(() -> transfer.write(stream));
    Thread.ofVirtual().start(() -> transfer.read(stream));
    return transfer;
  }

  /** All of it, there and back. */
  static void whole(Connection connection, long bytes) throws Exception {
    begin(connection, bytes).finish();
  }

  /** Bytes that have come back. */
  long returned() {
    return returned.get();
  }

  /** Waits until so many bytes have come back; fails after so many milliseconds. */
  void awaitReturned(long least, long millis) {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (returned.get() < least && !done.isDone()) {
      assertThat(System.nanoTime() - deadline).as("bytes: " + returned).isNegative();
      Thread.onSpinWait();
    }
  }

  void finish() throws Exception {
    done.get(120, TimeUnit.SECONDS);
    assertThat(returned).hasValue(bytes);
  }

  private static byte at(long position) {
    return (byte) (position * 31 + 7);
  }

  private void write(BiStream stream) {
    ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);
    try {
      for (long sent = 0; sent < bytes; sent += piece.limit()) {
        piece.clear().limit((int) Math.min(PIECE, bytes - sent));
        for (int i = 0; i < piece.limit(); i++) {
          piece.put(i, at(sent + i));
        }
        stream.send().write(piece);
      }
      stream.send().finish();
    } catch (Exception e) {
      done.completeExceptionally(e);
    }
  }

  private void read(BiStream stream) {
    ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);
    try (stream) {
      while (stream.recv().read(piece.clear()) >= 0) {
        long start = returned.get();
        for (int i = 0; i < piece.position(); i++) {
          assertThat(piece.get(i)).isEqualTo(at(start + i));
        }
        returned.addAndGet(piece.position());
      }
      done.complete(null);
    } catch (Exception | AssertionError e) {
      done.completeExceptionally(e);
    }
  }
}
