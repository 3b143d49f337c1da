package dev.dialkey;

/**
 * How a further socket is used beside others of its family.
 *
 * @param prefixLength destinations that share this many leading bits with the bound address are
 *     reached through this socket; the longest match counts. 0 for no such preference
 * @param required whether the endpoint is of no use without the socket; else one that cannot be
 *     bound is left out
 * @param defaultRoute whether destinations that match no prefix are reached through this socket;
 *     the last such socket of a family counts
 */
public record BindOptions(int prefixLength, boolean required, boolean defaultRoute) {
  private static final int MAX_PREFIX = 128;

  /** Checks the prefix. */
  public BindOptions {
    if (prefixLength < 0 || prefixLength > MAX_PREFIX) {
      throw new IllegalArgumentException("a prefix has 0 to 128 bits, not " + prefixLength);
    }
  }

  /**
   * A required socket for whatever matches no other.
   *
   * @return the options
   */
  public static BindOptions defaults() {
    return new BindOptions(0, true, true);
  }

  /**
   * A required socket for one network alone.
   *
   * @param bits length of the network's prefix, from the bound address
   * @return the options
   */
  public static BindOptions forPrefix(int bits) {
    return new BindOptions(bits, true, bits == 0);
  }

  /**
   * The same for a socket that may be left out.
   *
   * @return the options
   */
  public BindOptions optional() {
    return new BindOptions(prefixLength, false, defaultRoute);
  }
}
