package dev.dialkey;

import java.util.List;

/** Names of QUIC's error codes, for people. Stateless. */
final class TransportErrors {
  /** RFC 9000 section 20.1, by code from 0 on. */
  private static final List<String> NAMES =
      List.of(
          "NO_ERROR",
          "INTERNAL_ERROR",
          "CONNECTION_REFUSED",
          "FLOW_CONTROL_ERROR",
          "STREAM_LIMIT_ERROR",
          "STREAM_STATE_ERROR",
          "FINAL_SIZE_ERROR",
          "FRAME_ENCODING_ERROR",
          "TRANSPORT_PARAMETER_ERROR",
          "CONNECTION_ID_LIMIT_ERROR",
          "PROTOCOL_VIOLATION",
          "INVALID_TOKEN",
          "APPLICATION_ERROR",
          "CRYPTO_BUFFER_EXCEEDED",
          "KEY_UPDATE_ERROR",
          "AEAD_LIMIT_REACHED",
          "NO_VIABLE_PATH");

  private static final long FIRST_ALERT = 0x100;
  private static final long LAST_ALERT = 0x1ff;

  private TransportErrors() {}

  /** The name and the code in hexadecimal. */
  static String name(long code) {
    String hex = "0x" + Long.toHexString(code);
    if (code >= 0 && code < NAMES.size()) {
      return NAMES.get((int) code) + " " + hex;
    }
    return code >= FIRST_ALERT && code <= LAST_ALERT
        ? "TLS alert " + (code - FIRST_ALERT) + " " + hex
        : hex;
  }
}
