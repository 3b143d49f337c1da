package dev.dialkey;

/**
 * Both halves of a bidirectional stream.
 *
 * @param send the half that this side writes
 * @param recv the half that this side reads
 */
public record BiStream(SendStream send, RecvStream recv) implements AutoCloseable {

  /**
   * The stream's id, RFC 9000 section 2.1.
   *
   * @return the id
   */
  public long id() {
    return send.id();
  }

  /** Closes both halves: resets what was not finished, stops what was not read to its end. */
  @Override
  public void close() {
    send.close();
    recv.close();
  }
}
