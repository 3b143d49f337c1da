package dev.dialkey.bindings;

/** Kinds of events, {@code dk_event_kind}: constants, so that a switch over them is a table. */
public final class NativeEvent {
  /** Flags changed; a = flags. */
  public static final int STATE = 1;

  /** a = stream that became readable. */
  public static final int STREAM_READABLE = 2;

  /** a = stream whose last send was cut short and that takes bytes again. */
  public static final int STREAM_WRITABLE = 3;

  /** More streams may be opened. */
  public static final int STREAM_CREDIT = 4;

  /** A connection id of ours is in use. */
  public static final int CID_ISSUED = 5;

  /** A connection id of ours is not used any more. */
  public static final int CID_RETIRED = 6;

  /** An Initial, Retry or Version Negotiation of the peer was accepted. */
  public static final int PEER_ANSWERED = 7;

  /** The first authenticated Handshake packet came. */
  public static final int PEER_PINNED = 8;

  /** A datagram waits, and none did before. */
  public static final int DATAGRAM_READABLE = 9;

  /** There is room for a datagram that was refused. */
  public static final int DATAGRAM_WRITABLE = 10;

  /** a = stream asked about with {@link NativeConnection#streamAcked}, which is so now. */
  public static final int STREAM_ACKED = 11;

  /** a = stream that the peer stopped, b = its code. */
  public static final int STREAM_STOPPED = 12;

  /** Without multipath: the client moved to another address. */
  public static final int PATH_MIGRATED = 20;

  /** path, peer, local: the peer opened a path. */
  public static final int PATH_NEW = 16;

  /** path: our challenge was answered. */
  public static final int PATH_VALIDATED = 17;

  /** path: no challenge was answered. */
  public static final int PATH_FAILED = 18;

  /** path: nothing of it is left. */
  public static final int PATH_CLOSED = 19;

  /** Both sides speak multipath. */
  public static final int MULTIPATH = 21;

  /** path: the peer has accepted it, so that data may move there. */
  public static final int PATH_READY = 22;

  /** path: nothing is sent on it any more. */
  public static final int PATH_ABANDONED = 23;

  /** path: it took over from one that is gone. */
  public static final int PATH_ACTIVE = 24;

  /** path: what the peer prefers has changed. */
  public static final int PATH_STATUS = 25;

  /** path, peer, local: it goes over other addresses. */
  public static final int PATH_REBOUND = 26;

  /** path: what is sent there is not acknowledged, while another path works. */
  public static final int PATH_SUSPECTED = 27;

  /** path: a suspected path works again. */
  public static final int PATH_RECOVERED = 28;

  /** path, a = type, payload = body of a frame of an extension. */
  public static final int FRAME = 29;

  /** peer, local: a probe was answered. */
  public static final int PROBE_REPLY = 32;

  /** A path can be opened, where that failed before. */
  public static final int PATH_ALLOWED = 35;

  /** path: a suspected one still does not answer, while another does. */
  public static final int PATH_DEAD = 36;

  private NativeEvent() {}
}
