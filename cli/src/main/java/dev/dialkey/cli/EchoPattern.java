package dev.dialkey.cli;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The bytes of one stream of an echo test. Each depends on its position and on the stream, so that
 * data which comes back twice, in another order or on another stream is found out. Not thread-safe.
 */
final class EchoPattern {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long STEP = 0x9E3779B97F4A7C15L;

  private final long seed;
  private final byte[] words = new byte[EchoProtocol.CHUNK_BYTES + 2 * Long.BYTES];

  EchoPattern(int stream) {
    this.seed = mix((stream + 1) * STEP);
  }

  /** Writes the bytes from a position on. */
  void fill(long position, byte[] target, int length) {
    generate(position, length);
    System.arraycopy(words, (int) (position % Long.BYTES), target, 0, length);
  }

  /** Where bytes differ from those at this position, as an index; -1 if they are right. */
  int mismatch(long position, byte[] found, int length) {
    generate(position, length);
    int skip = (int) (position % Long.BYTES);
    return Arrays.mismatch(words, skip, skip + length, found, 0, length);
  }

  private void generate(long position, int length) {
    long word = position / Long.BYTES;
    int end = (int) (position % Long.BYTES) + length;
    for (int at = 0; at < end; at += Long.BYTES) {
      LONG.set(words, at, mix(seed + word * STEP));
      word++;
    }
  }

  /** The finalizer of SplitMix64: every input bit changes about half of the output. */
  private static long mix(long value) {
    long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }
}
