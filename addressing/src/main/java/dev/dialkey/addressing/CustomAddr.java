package dev.dialkey.addressing;

import dev.dialkey.addressing.AddressFormatException.Kind;
import dev.dialkey.addressing.internal.Ascii;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * An address of a transport that is neither UDP nor relay: the transport's 64-bit id and bytes that
 * only this transport understands, {@code docs/spec/addressing.md} section 7. Immutable.
 */
public final class CustomAddr implements Comparable<CustomAddr> {
  private static final int ID_BYTES = Long.BYTES;

  /** Part of the order: iroh keeps data up to this size in place, and sorts it first. */
  private static final int SHORT_DATA_BYTES = 30;

  private final long transportId;
  private final byte[] data;

  private CustomAddr(long transportId, byte[] data) {
    this.transportId = transportId;
    this.data = data;
  }

  /**
   * An address of a transport; the array is copied.
   *
   * @param transportId the transport, all 64 bits used, unsigned
   * @param data the address inside that transport, of any length
   * @return the address
   */
  public static CustomAddr of(long transportId, byte[] data) {
    return new CustomAddr(transportId, data.clone());
  }

  /**
   * Reads {@code <id>_<data>}: the id in hexadecimal of any case, the data in lower-case
   * hexadecimal, possibly empty.
   *
   * @param text the address
   * @return the address
   * @throws AddressFormatException of kind CUSTOM_ADDR
   */
  public static CustomAddr parse(String text) {
    int separator = text.indexOf('_');
    if (separator < 1) {
      throw malformed("it is a transport id, \"_\" and data");
    }
    long id = 0;
    for (int i = 0; i < separator; i++) {
      int digit = Ascii.hexValue(text.charAt(i));
      if (digit < 0) {
        throw malformed("the transport id is not hexadecimal");
      }
      if (id >>> 60 != 0) {
        throw malformed("the transport id is above 64 bits");
      }
      id = id << 4 | digit;
    }
    for (int i = separator + 1; i < text.length(); i++) {
      if (!KeyText.isLowerHex(text.charAt(i))) {
        throw malformed("the data is not lower-case hexadecimal");
      }
    }
    if ((text.length() - separator) % 2 == 0) {
      throw malformed("the data has an odd number of digits");
    }
    return new CustomAddr(id, HexFormat.of().parseHex(text, separator + 1, text.length()));
  }

  /**
   * Reads the binary form: the id in eight bytes, little-endian, then the data.
   *
   * @param bytes at least eight bytes
   * @return the address
   * @throws AddressFormatException of kind CUSTOM_ADDR
   */
  public static CustomAddr fromBytes(byte[] bytes) {
    if (bytes.length < ID_BYTES) {
      throw malformed("the binary form has at least 8 bytes, not " + bytes.length);
    }
    long id = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    return new CustomAddr(id, Arrays.copyOfRange(bytes, ID_BYTES, bytes.length));
  }

  /**
   * The transport that understands the data.
   *
   * @return 64 bits, unsigned
   */
  public long transportId() {
    return transportId;
  }

  /**
   * The address inside the transport. Never assume a length: peers choose it.
   *
   * @return a new array
   */
  public byte[] data() {
    return data.clone();
  }

  /**
   * The binary form, as {@link #fromBytes} reads it.
   *
   * @return a new array
   */
  public byte[] toBytes() {
    return ByteBuffer.allocate(ID_BYTES + data.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(transportId)
        .put(data)
        .array();
  }

  /**
   * By id, unsigned; then data of at most 30 bytes first, by length and then by bytes; then longer
   * data by bytes. Peers depend on this order: it decides the bytes of a ticket.
   */
  @Override
  public int compareTo(CustomAddr other) {
    int order = Long.compareUnsigned(transportId, other.transportId);
    if (order != 0) {
      return order;
    }
    boolean isShort = data.length <= SHORT_DATA_BYTES;
    boolean otherIsShort = other.data.length <= SHORT_DATA_BYTES;
    if (isShort != otherIsShort) {
      return isShort ? -1 : 1;
    }
    if (isShort && data.length != other.data.length) {
      return Integer.compare(data.length, other.data.length);
    }
    return Arrays.compareUnsigned(data, other.data);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CustomAddr custom
        && transportId == custom.transportId
        && Arrays.equals(data, custom.data);
  }

  @Override
  public int hashCode() {
    return 31 * Long.hashCode(transportId) + Arrays.hashCode(data);
  }

  /** The text that {@link #parse} reads, id without leading zeros. */
  @Override
  public String toString() {
    return Long.toHexString(transportId) + "_" + HexFormat.of().formatHex(data);
  }

  private static AddressFormatException malformed(String why) {
    return new AddressFormatException(Kind.CUSTOM_ADDR, "a custom address is malformed: " + why);
  }
}
