package dev.dialkey.internal.connection;

import dev.dialkey.CloseReason;
import dev.dialkey.bindings.NativeState;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;

/** Turns what the engine tells of a connection's end into a reason. Stateless. */
final class CloseReasons {
  /** RFC 9000 section 20.1. */
  private static final long INTERNAL_ERROR = 0x01;

  private CloseReasons() {}

  static CloseReason of(NativeState state, byte[] reason) {
    return switch (state.origin()) {
      case LOCAL_APPLICATION -> new CloseReason.LocallyClosed();
      case PEER_APPLICATION -> new CloseReason.ApplicationClosed(state.errorCode(), reason);
      case LOCAL_TRANSPORT, PEER_TRANSPORT ->
          new CloseReason.TransportClosed(
              state.errorCode(), OptionalLong.empty(), new String(reason, StandardCharsets.UTF_8));
      case STATELESS_RESET -> new CloseReason.Reset();
      case IDLE_TIMEOUT -> new CloseReason.IdleTimeout();
      case NONE -> internalError();
    };
  }

  static CloseReason internalError() {
    return new CloseReason.TransportClosed(
        INTERNAL_ERROR, OptionalLong.empty(), "the native engine gave up");
  }
}
