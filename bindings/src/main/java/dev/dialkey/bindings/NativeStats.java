package dev.dialkey.bindings;

import dev.dialkey.bindings.ffi.dialkey_h;

/** Totals of a connection, {@code dk_conn_stat}. */
public final class NativeStats {
  /** Packets sent. */
  public static final int SENT_PACKETS = dialkey_h.DK_CONN_SENT_PACKETS();

  /** Packets received. */
  public static final int RECEIVED_PACKETS = dialkey_h.DK_CONN_RECV_PACKETS();

  /** Packets declared lost. */
  public static final int LOST_PACKETS = dialkey_h.DK_CONN_LOST_PACKETS();

  /** Bytes sent. */
  public static final int SENT_BYTES = dialkey_h.DK_CONN_SENT_BYTES();

  /** Bytes received. */
  public static final int RECEIVED_BYTES = dialkey_h.DK_CONN_RECV_BYTES();

  /** Bytes in lost packets. */
  public static final int LOST_BYTES = dialkey_h.DK_CONN_LOST_BYTES();

  /** Stream bytes sent again. */
  public static final int STREAM_RETRANSMITTED_BYTES = dialkey_h.DK_CONN_STREAM_RETRANS_BYTES();

  /** UDP datagrams of which no packet was accepted. */
  public static final int DROPPED_DATAGRAMS = dialkey_h.DK_CONN_DROPPED_DATAGRAMS();

  /** PINGs sent to keep the connection alive. */
  public static final int KEEP_ALIVES = dialkey_h.DK_CONN_KEEP_ALIVES();

  /** DATAGRAM frames sent. */
  public static final int SENT_DATAGRAMS = dialkey_h.DK_CONN_DGRAM_SENT();

  /** DATAGRAM frames received. */
  public static final int RECEIVED_DATAGRAMS = dialkey_h.DK_CONN_DGRAM_RECV();

  /** Datagrams taken for sending that never will be sent. */
  public static final int SEND_DROPPED_DATAGRAMS = dialkey_h.DK_CONN_DGRAM_SEND_DROPPED();

  /** Datagrams that arrived and were dropped before anybody read them. */
  public static final int RECEIVE_DROPPED_DATAGRAMS = dialkey_h.DK_CONN_DGRAM_RECV_DROPPED();

  /** Packets declared lost that were acknowledged later. */
  public static final int SPURIOUSLY_LOST_PACKETS = dialkey_h.DK_CONN_SPURIOUS_LOST_PACKETS();

  static final int COUNT = dialkey_h.DK_CONN_STAT_COUNT();

  private final long[] values;

  NativeStats(long[] values) {
    this.values = values;
  }

  /** One of the totals. */
  public long get(int which) {
    return values[which];
  }
}
