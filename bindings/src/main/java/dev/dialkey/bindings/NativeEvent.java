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

  /** The first authenticated Handshake packet came. */
  public static final int PEER_PINNED = 8;

  /** The client moved to another address. */
  public static final int PATH_MIGRATED = 20;

  private NativeEvent() {}
}
