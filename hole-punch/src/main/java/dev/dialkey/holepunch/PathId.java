package dev.dialkey.holepunch;

/**
 * The number of a path inside one connection (QUIC multipath: 32 bits, never reused). Immutable.
 *
 * @param value 0 to 2^32 - 1
 */
public record PathId(long value) implements Comparable<PathId> {
  /** The largest number that the protocol can carry. */
  public static final long MAX_VALUE = 0xffff_ffffL;

  /** The path of the handshake. */
  public static final PathId ZERO = new PathId(0);

  /**
   * Checks the number.
   *
   * @throws IllegalArgumentException outside 0 to 2^32 - 1
   */
  public PathId {
    if (value < 0 || value > MAX_VALUE) {
      throw new IllegalArgumentException("a path id has 32 bits, unlike " + value);
    }
  }

  @Override
  public int compareTo(PathId other) {
    return Long.compare(value, other.value);
  }

  /** The number alone. */
  @Override
  public String toString() {
    return Long.toString(value);
  }
}
