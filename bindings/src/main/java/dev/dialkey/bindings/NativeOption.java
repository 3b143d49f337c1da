package dev.dialkey.bindings;

import dev.dialkey.bindings.ffi.dialkey_h;

/** Options of a configuration; units and ranges are those of {@code dk_option} in the header. */
public enum NativeOption {
  /** Idle time-out in milliseconds, 0 for none. */
  IDLE_TIMEOUT_MS(dialkey_h.DK_OPTION_IDLE_TIMEOUT_MS()),
  /** Connection window in bytes. */
  INITIAL_MAX_DATA(dialkey_h.DK_OPTION_INITIAL_MAX_DATA()),
  /** Window of each stream in bytes. */
  INITIAL_MAX_STREAM_DATA(dialkey_h.DK_OPTION_INITIAL_MAX_STREAM_DATA()),
  /** Bidirectional streams the peer may have open. */
  MAX_STREAMS_BIDI(dialkey_h.DK_OPTION_MAX_STREAMS_BIDI()),
  /** Unidirectional streams the peer may have open. */
  MAX_STREAMS_UNI(dialkey_h.DK_OPTION_MAX_STREAMS_UNI()),
  /** Silence in milliseconds after which a PING goes out, 0 for never. */
  KEEP_ALIVE_MS(dialkey_h.DK_OPTION_KEEP_ALIVE_MS()),
  /** 0 CUBIC, 1 Reno, 2 BBR2. */
  CONGESTION_CONTROL(dialkey_h.DK_OPTION_CONGESTION_CONTROL()),
  /** Round-trip time assumed before the first sample, in microseconds. */
  INITIAL_RTT_US(dialkey_h.DK_OPTION_INITIAL_RTT_US()),
  /** Path MTU discovery, 0 or 1. */
  PMTUD(dialkey_h.DK_OPTION_PMTUD());

  private final int code;

  NativeOption(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }
}
