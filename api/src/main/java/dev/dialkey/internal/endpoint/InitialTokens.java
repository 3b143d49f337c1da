package dev.dialkey.internal.endpoint;

import dev.dialkey.bindings.NativeConfig;
import dev.dialkey.bindings.NativeToken;
import dev.dialkey.bindings.PacketBatch;

/** Looks at the token of a first packet, RFC 9000 section 17.2.2. Stateless. */
final class InitialTokens {
  private static final int DCID_LENGTH_AT = 5;

  private final NativeConfig config;

  InitialTokens(NativeConfig config) {
    this.config = config;
  }

  /** What the token says about the sender's address. */
  NativeToken check(PacketBatch batch, int i, long nowNanos) {
    // Nearly all have none, which shows without a copy and a native call.
    return hasToken(batch, i)
        ? config.tokenCheck(batch.copy(i, 0, batch.length(i)), batch.from(i), nowNanos)
        : NativeToken.ABSENT;
  }

  /** Whether the length of the token, behind both connection ids, is not a plain zero. */
  private static boolean hasToken(PacketBatch batch, int i) {
    int scidLengthAt = DCID_LENGTH_AT + 1 + at(batch, i, DCID_LENGTH_AT);
    int tokenLengthAt = scidLengthAt + 1 + at(batch, i, scidLengthAt);
    return at(batch, i, tokenLengthAt) != 0;
  }

  /** A packet that ends early is somebody else's to refuse. */
  private static int at(PacketBatch batch, int i, int index) {
    return index < batch.length(i) ? batch.byteAt(i, index) : 0;
  }
}
