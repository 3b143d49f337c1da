package dev.dialkey.internal.endpoint;

import dev.dialkey.bindings.NativeConfig;
import dev.dialkey.bindings.NativeToken;
import dev.dialkey.internal.connection.EarlyDatagram;

/** Looks at the token of a first packet, RFC 9000 section 17.2.2. Stateless. */
final class InitialTokens {
  private static final int DCID_LENGTH_AT = 5;

  private final NativeConfig config;

  InitialTokens(NativeConfig config) {
    this.config = config;
  }

  /** What the token says about the sender's address. */
  NativeToken check(EarlyDatagram initial, long nowNanos) {
    // Nearly all have none, which shows without a native call.
    return hasToken(initial.bytes())
        ? config.tokenCheck(initial.bytes(), initial.from(), nowNanos)
        : NativeToken.ABSENT;
  }

  /** Whether the length of the token, behind both connection ids, is not a plain zero. */
  static boolean hasToken(byte[] packet) {
    int scidLengthAt = DCID_LENGTH_AT + 1 + at(packet, DCID_LENGTH_AT);
    int tokenLengthAt = scidLengthAt + 1 + at(packet, scidLengthAt);
    return at(packet, tokenLengthAt) != 0;
  }

  /** A packet that ends early is somebody else's to refuse. */
  private static int at(byte[] packet, int index) {
    return index < packet.length ? Byte.toUnsignedInt(packet[index]) : 0;
  }
}
