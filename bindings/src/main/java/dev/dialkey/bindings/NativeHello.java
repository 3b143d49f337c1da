package dev.dialkey.bindings;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a client asks for, from its first flight.
 *
 * @param alpns the protocols it offers, in its order
 * @param serverName the name it sent, byte for character
 */
public record NativeHello(List<byte[]> alpns, Optional<String> serverName) {
  private static final ValueLayout.OfShort BIG_ENDIAN_SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  /** Copies the list. */
  public NativeHello {
    alpns = List.copyOf(alpns);
  }

  /** From what {@code dk_peek} wrote. */
  static NativeHello read(MemorySegment from) {
    long listBytes = lengthAt(from, 0);
    List<byte[]> alpns = new ArrayList<>();
    for (long at = Short.BYTES; at < Short.BYTES + listBytes; ) {
      int length = Byte.toUnsignedInt(from.get(ValueLayout.JAVA_BYTE, at));
      alpns.add(from.asSlice(at + 1, length).toArray(ValueLayout.JAVA_BYTE));
      at += 1 + length;
    }
    long nameAt = Short.BYTES + listBytes;
    byte[] name =
        from.asSlice(nameAt + Short.BYTES, lengthAt(from, nameAt)).toArray(ValueLayout.JAVA_BYTE);
    return new NativeHello(
        alpns,
        name.length == 0
            ? Optional.empty()
            : Optional.of(new String(name, StandardCharsets.ISO_8859_1)));
  }

  private static int lengthAt(MemorySegment from, long at) {
    return Short.toUnsignedInt(from.get(BIG_ENDIAN_SHORT, at));
  }
}
