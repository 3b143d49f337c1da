package dev.dialkey;

/** This side has finished, reset, stopped or closed this half of the stream before. */
public final class StreamFinishedException extends StreamException {
  private static final long serialVersionUID = 1L;

  /** Creates it. */
  public StreamFinishedException() {
    super("this half of the stream was already ended on this side");
  }
}
