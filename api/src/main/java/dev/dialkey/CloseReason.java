package dev.dialkey;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.OptionalLong;

/** How a connection ended. */
public sealed interface CloseReason {

  /**
   * The peer's application closed (CONNECTION_CLOSE 0x1d). The code belongs to the ALPN's protocol.
   *
   * @param code the application's code, 0 to 2^62-1
   * @param reason the bytes the peer added; treat them as foreign text
   */
  @SuppressWarnings("ArrayRecordComponent") // Copied, and compared by content.
  record ApplicationClosed(long code, byte[] reason) implements CloseReason {

    /** Copies the reason. */
    public ApplicationClosed {
      reason = reason.clone();
    }

    /**
     * The bytes the peer added.
     *
     * @return a copy
     */
    @Override
    public byte[] reason() {
      return reason.clone();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof ApplicationClosed that
          && code == that.code
          && Arrays.equals(reason, that.reason);
    }

    @Override
    public int hashCode() {
      return Long.hashCode(code) * 31 + Arrays.hashCode(reason);
    }

    @Override
    public String toString() {
      return "ApplicationClosed[code=" + code + ", reason=" + printable(reason) + "]";
    }
  }

  /**
   * One side's QUIC or TLS gave up (CONNECTION_CLOSE 0x1c), RFC 9000 section 20.1; 0x100 and above
   * are TLS alerts.
   *
   * @param code the error code
   * @param frameType the frame that caused it, where known
   * @param reason text for people
   */
  record TransportClosed(long code, OptionalLong frameType, String reason) implements CloseReason {}

  /** The peer lost its state (stateless reset, RFC 9000 section 10.3), usually by a restart. */
  record Reset() implements CloseReason {}

  /** Nothing was heard for the idle time-out. */
  record IdleTimeout() implements CloseReason {}

  /** This side closed it. */
  record LocallyClosed() implements CloseReason {}

  /** The peer speaks no version of QUIC that we speak. */
  record VersionMismatch() implements CloseReason {}

  /**
   * The reason as a phrase for messages and logs.
   *
   * @return the phrase
   */
  default String describe() {
    return switch (this) {
      case ApplicationClosed(long code, byte[] reason) ->
          "by the peer's application with code " + code + printable(reason);
      case TransportClosed(long code, OptionalLong frame, String reason) ->
          "transport error "
              + TransportErrors.name(code)
              + (reason.isEmpty() ? "" : " (" + reason + ")");
      case Reset() -> "stateless reset, the peer has restarted";
      case IdleTimeout() -> "idle time-out, the peer is silent";
      case LocallyClosed() -> "by this endpoint";
      case VersionMismatch() -> "the peer speaks no version of QUIC that we speak";
    };
  }

  private static String printable(byte[] reason) {
    boolean text = reason.length > 0;
    for (byte b : reason) {
      text &= b >= 0x20 && b < 0x7f;
    }
    if (text) {
      return " \"" + new String(reason, StandardCharsets.US_ASCII) + "\"";
    }
    return reason.length == 0 ? "" : " 0x" + HexFormat.of().formatHex(reason);
  }
}
