package dev.dialkey.interop;

import dev.dialkey.BiStream;
import dev.dialkey.RecvStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/**
 * The bytes that the iroh peers send and expect: byte {@code i} is {@code (i * 31 + 7) mod 256}.
 */
final class Pattern {
  private static final int CHUNK = 1 << 18; // A multiple of 256, so that every chunk is the same.

  private Pattern() {}

  static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (i * 31 + 7);
    }
    return bytes;
  }

  /** FNV-1a with 64 bits of so many pattern bytes, as the peers report it. */
  static String fnv(int length) {
    long hash = 0xcbf29ce484222325L;
    for (byte b : bytes(length)) {
      hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
    }
    return String.format("%016x", hash);
  }

  /** Sends so many bytes and checks that the same come back. */
  static void echo(BiStream stream, long length) throws IOException {
    CompletableFuture<Long> received = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            received.complete(readAndCheck(stream.recv()));
          } catch (IOException | RuntimeException | Error e) {
            received.completeExceptionally(e);
          }
        });
    ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK).put(bytes(CHUNK));
    for (long done = 0; done < length; ) {
      chunk.position(0).limit((int) Math.min(CHUNK, length - done));
      done += stream.send().write(chunk);
    }
    stream.send().finish();
    long back = received.join();
    if (back != length) {
      throw new AssertionError(back + " bytes came back of " + length);
    }
  }

  /** Reads to the end; returns the number of bytes, all of which are right. */
  static long readAndCheck(RecvStream stream) throws IOException {
    byte[] expected = bytes(CHUNK);
    byte[] buffer = new byte[64 * 1024];
    long done = 0;
    for (int n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
      for (int i = 0; i < n; i++) {
        if (buffer[i] != expected[(int) ((done + i) % CHUNK)]) {
          throw new AssertionError("wrong byte at " + (done + i));
        }
      }
      done += n;
    }
    return done;
  }
}
