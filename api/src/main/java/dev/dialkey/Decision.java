package dev.dialkey;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What a hook decides. */
public sealed interface Decision {

  /** Go on. */
  record Accept() implements Decision {}

  /**
   * Go no further.
   *
   * @param code the code that a peer past its handshake is closed with, 0 to 2^62-1
   * @param reason bytes for that peer, at most 1023
   */
  @SuppressWarnings("ArrayRecordComponent") // Copied, and compared by content.
  record Reject(long code, byte[] reason) implements Decision {

    /** Checks both and copies the reason. */
    public Reject {
      Connection.checkClose(code, reason);
      reason = reason.clone();
    }

    /**
     * Bytes for the peer.
     *
     * @return a copy
     */
    @Override
    public byte[] reason() {
      return reason.clone();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Reject that
          && code == that.code
          && Arrays.equals(reason, that.reason);
    }

    @Override
    public int hashCode() {
      return Long.hashCode(code) * 31 + Arrays.hashCode(reason);
    }

    @Override
    public String toString() {
      return "Reject[code=" + code + "]";
    }
  }

  /**
   * Go on.
   *
   * @return the decision
   */
  static Decision accept() {
    return new Accept();
  }

  /**
   * Go no further; a peer past its handshake is closed with code 0.
   *
   * @return the decision
   */
  static Decision reject() {
    return new Reject(0, new byte[0]);
  }

  /**
   * Go no further, with a code and a reason for a peer past its handshake.
   *
   * @param code a code of the ALPN's protocol
   * @param reason text for the peer
   * @return the decision
   */
  static Decision reject(long code, String reason) {
    return new Reject(code, reason.getBytes(StandardCharsets.UTF_8));
  }
}
