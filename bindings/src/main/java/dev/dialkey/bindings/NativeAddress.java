package dev.dialkey.bindings;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A UDP address as the native library lays it out ({@code dk_addr}, 24 bytes), held as three words
 * so that comparing and writing it costs no look at its parts.
 *
 * @param first bytes 0 to 7 in the machine's order
 * @param second bytes 8 to 15
 * @param third bytes 16 to 23
 */
public record NativeAddress(long first, long second, long third) {
  /** No address. */
  public static final NativeAddress NONE = new NativeAddress(0, 0, 0);

  static final int BYTES = 24;
  private static final int SCOPE_AT = 16;
  private static final int PORT_AT = 20;
  private static final int FAMILY_AT = 22;
  private static final boolean LITTLE_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

  /** From a resolved Java address. */
  public static NativeAddress of(InetSocketAddress address) {
    InetAddress ip = address.getAddress();
    if (ip == null) {
      throw new IllegalArgumentException("not resolved: " + address);
    }
    ByteBuffer raw = ByteBuffer.allocate(BYTES).order(ByteOrder.nativeOrder());
    raw.put(0, ip.getAddress());
    raw.putInt(SCOPE_AT, ip instanceof Inet6Address six ? six.getScopeId() : 0);
    raw.putShort(PORT_AT, (short) address.getPort());
    raw.put(FAMILY_AT, (byte) (ip instanceof Inet4Address ? 4 : 6));
    return new NativeAddress(raw.getLong(0), raw.getLong(8), raw.getLong(16));
  }

  static NativeAddress read(MemorySegment from, long at) {
    return new NativeAddress(
        from.get(ValueLayout.JAVA_LONG_UNALIGNED, at),
        from.get(ValueLayout.JAVA_LONG_UNALIGNED, at + 8),
        from.get(ValueLayout.JAVA_LONG_UNALIGNED, at + 16));
  }

  void write(MemorySegment to, long at) {
    to.set(ValueLayout.JAVA_LONG_UNALIGNED, at, first);
    to.set(ValueLayout.JAVA_LONG_UNALIGNED, at + 8, second);
    to.set(ValueLayout.JAVA_LONG_UNALIGNED, at + 16, third);
  }

  boolean isAt(MemorySegment segment, long at) {
    return segment.get(ValueLayout.JAVA_LONG_UNALIGNED, at) == first
        && segment.get(ValueLayout.JAVA_LONG_UNALIGNED, at + 8) == second
        && segment.get(ValueLayout.JAVA_LONG_UNALIGNED, at + 16) == third;
  }

  /** 4, 6, or 0 for none. */
  public int family() {
    int shift = (FAMILY_AT - SCOPE_AT) * Byte.SIZE;
    return (int) (LITTLE_ENDIAN ? third >>> shift : third >>> (Long.SIZE - Byte.SIZE - shift))
        & 0xff;
  }

  /** The address for Java. */
  public InetSocketAddress toSocketAddress() {
    ByteBuffer raw = raw();
    byte[] ip = new byte[family() == 4 ? 4 : 16];
    raw.get(0, ip);
    int port = Short.toUnsignedInt(raw.getShort(PORT_AT));
    int scope = raw.getInt(SCOPE_AT);
    try {
      InetAddress inet =
          scope == 0 ? InetAddress.getByAddress(ip) : Inet6Address.getByAddress(null, ip, scope);
      return new InetSocketAddress(inet, port);
    } catch (UnknownHostException e) {
      throw new AssertionError("the length is 4 or 16", e);
    }
  }

  private ByteBuffer raw() {
    return ByteBuffer.allocate(BYTES)
        .order(ByteOrder.nativeOrder())
        .putLong(0, first)
        .putLong(8, second)
        .putLong(16, third);
  }
}
