package dev.dialkey.bindings;

import dev.dialkey.bindings.ffi.dialkey_h;

/** What a native call returns below zero. */
public final class NativeStatus {
  /** Nothing there, or not now. */
  public static final int DONE = dialkey_h.DK_DONE();

  /** The peer stopped the stream. */
  public static final int STREAM_STOPPED = dialkey_h.DK_ERR_STREAM_STOPPED();

  /** The peer reset the stream. */
  public static final int STREAM_RESET = dialkey_h.DK_ERR_STREAM_RESET();

  /** No credit for another stream. */
  public static final int STREAM_LIMIT = dialkey_h.DK_ERR_STREAM_LIMIT();

  /** The connection or socket is closed. */
  public static final int CLOSED = dialkey_h.DK_ERR_CLOSED();

  /** A limit of the library or the protocol, or a datagram that is too long. */
  public static final int LIMIT = dialkey_h.DK_ERR_LIMIT();

  /** The peer has given no connection id that could be used. */
  public static final int NO_CID = dialkey_h.DK_ERR_NO_CID();

  /** A buffer is too small. */
  public static final int BUFFER = dialkey_h.DK_ERR_BUFFER();

  /** The operating system refused. */
  public static final int IO = dialkey_h.DK_ERR_IO();

  /** Something is not authentic. */
  public static final int CRYPTO = dialkey_h.DK_ERR_CRYPTO();

  /** A stale id, or a stream the engine no longer knows. */
  public static final int STATE = dialkey_h.DK_ERR_STATE();

  /** A panic in native code; the object is poisoned. */
  public static final int PANIC = dialkey_h.DK_ERR_PANIC();

  private NativeStatus() {}

  /** Returns a result that is not negative and throws for every other. */
  static int check(int result) {
    if (result < 0) {
      throw new NativeException(result, NativeLibrary.lastError());
    }
    return result;
  }

  /** As {@link #check}, but lets {@link #DONE} pass. */
  static int checkOrDone(int result) {
    return result == DONE ? DONE : check(result);
  }
}
