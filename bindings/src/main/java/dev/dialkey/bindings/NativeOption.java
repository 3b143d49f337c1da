package dev.dialkey.bindings;

import dev.dialkey.bindings.ffi.dialkey_h;

/** Options of a configuration; units and ranges are those of {@code dk_option} in the header. */
public enum NativeOption {
  /** Idle time-out in milliseconds, 0 for none. */
  IDLE_TIMEOUT_MS(dialkey_h.DK_OPTION_IDLE_TIMEOUT_MS()),
  /** Largest UDP payload accepted. */
  MAX_UDP_PAYLOAD_RECV(dialkey_h.DK_OPTION_MAX_UDP_PAYLOAD_RECV()),
  /** Largest UDP payload sent; path MTU discovery probes up to it. */
  MAX_UDP_PAYLOAD_SEND(dialkey_h.DK_OPTION_MAX_UDP_PAYLOAD_SEND()),
  /** Connection window in bytes. */
  INITIAL_MAX_DATA(dialkey_h.DK_OPTION_INITIAL_MAX_DATA()),
  /** Window of each stream in bytes. */
  INITIAL_MAX_STREAM_DATA(dialkey_h.DK_OPTION_INITIAL_MAX_STREAM_DATA()),
  /** Bound of the connection window when it tunes itself, 0 = it does not. */
  MAX_CONN_WINDOW(dialkey_h.DK_OPTION_MAX_CONN_WINDOW()),
  /** Bound of a stream's window when it tunes itself, 0 = it does not. */
  MAX_STREAM_WINDOW(dialkey_h.DK_OPTION_MAX_STREAM_WINDOW()),
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
  PMTUD(dialkey_h.DK_OPTION_PMTUD()),
  /** Tries per size in path MTU discovery. */
  PMTUD_MAX_PROBES(dialkey_h.DK_OPTION_PMTUD_MAX_PROBES()),
  /** Pacing, 0 or 1. */
  PACING(dialkey_h.DK_OPTION_PACING()),
  /** Datagrams kept until they are read, the oldest dropped; 0 = none are taken. */
  DGRAM_RECV_QUEUE(dialkey_h.DK_OPTION_DGRAM_RECV_QUEUE()),
  /** Bytes of datagrams kept until they are sent, 32 more for each. */
  DGRAM_SEND_BYTES(dialkey_h.DK_OPTION_DGRAM_SEND_BYTES()),
  /** HyStart++, 0 or 1. */
  HYSTART(dialkey_h.DK_OPTION_HYSTART()),
  /** Initial congestion window in packets. */
  INITIAL_CWND_PACKETS(dialkey_h.DK_OPTION_INITIAL_CWND_PACKETS());

  private final int code;

  NativeOption(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }
}
