package dev.dialkey.internal.endpoint;

import dev.dialkey.bindings.NativeState;
import java.nio.charset.StandardCharsets;

/** Says in words how a connection for address discovery ended. Stateless. */
final class DiscoveryFailures {
  /** TLS alerts are transport errors from here on, RFC 9001 section 4.8. */
  private static final long FIRST_ALERT = 0x100;

  private DiscoveryFailures() {}

  static String describe(NativeState state, byte[] reason) {
    String text = reason.length == 0 ? "" : " " + new String(reason, StandardCharsets.UTF_8);
    long code = state.errorCode();
    return switch (state.origin()) {
      case LOCAL_TRANSPORT -> transport(code, "") + text;
      case PEER_TRANSPORT -> transport(code, "the server says ") + text;
      case PEER_APPLICATION -> "closed by the server with code " + code + text;
      case LOCAL_APPLICATION -> "closed by us";
      case IDLE_TIMEOUT -> "silence";
      case STATELESS_RESET -> "the server does not know the connection any more";
      case NONE -> "internal error";
    };
  }

  private static String transport(long code, String who) {
    return who
        + switch ((int) (code - FIRST_ALERT)) {
          case 42 -> "the certificate is for another host (bad_certificate)";
          case 45 -> "the certificate is not valid at this time (certificate_expired)";
          case 48 -> "nobody that is trusted vouches for the certificate (unknown_ca)";
          case 51 -> "a signature is not right (decrypt_error)";
          case 120 -> "no address discovery here (no_application_protocol)";
          default -> "transport error 0x" + Long.toHexString(code);
        };
  }
}
