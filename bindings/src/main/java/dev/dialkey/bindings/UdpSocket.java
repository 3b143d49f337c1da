package dev.dialkey.bindings;

/**
 * What sends and receives datagrams in batches: a socket of the system, or what stands for one in a
 * simulation. Any thread may send and wake; one thread at a time receives and waits.
 */
public interface UdpSocket extends AutoCloseable {

  /** The address it is bound to, with the port that was chosen. */
  NativeAddress boundAddress();

  /** Room for what one call of {@link #receive} takes. */
  PacketBatch newBatch(NativeMemory memory);

  /** Receive buffer in bytes. */
  long receiveBufferBytes();

  /**
   * Waits until something arrives, {@link #wake} is called or the time is over.
   *
   * @param timeoutNanos 0 or less does not wait
   * @param alsoWritable whether to wait for room to send too
   * @return a set for {@link NativeSocket#isReadable} and {@link NativeSocket#isWritable}
   */
  int await(long timeoutNanos, boolean alsoWritable);

  /** Ends a wait, now or the next one. Does nothing once the socket is closed. */
  void wake();

  /**
   * Receives what waits, without blocking.
   *
   * @return datagrams, 0 when there are none
   */
  int receive(PacketBatch batch);

  /**
   * Sends entries of the batch, without blocking. An entry that is refused counts as lost.
   *
   * @return how many were dealt with; fewer than {@code count} when there is no room for more
   */
  int send(TransmitBatch batch, int first, int count);

  /** Totals of this socket. */
  NativeSocketStats stats();

  @Override
  void close();
}
