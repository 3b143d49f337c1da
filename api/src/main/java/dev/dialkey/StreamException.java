package dev.dialkey;

/** One stream, or one half of it, came to an end that the caller did not ask for. */
public abstract sealed class StreamException extends DialkeyException
    permits StreamFinishedException,
        StreamResetException,
        StreamStoppedException,
        TooLargeException {
  private static final long serialVersionUID = 1L;

  StreamException(String message) {
    super(message);
  }
}
