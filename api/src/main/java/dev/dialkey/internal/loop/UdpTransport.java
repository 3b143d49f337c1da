package dev.dialkey.internal.loop;

import dev.dialkey.bindings.NativeAddress;
import dev.dialkey.bindings.TransmitBatch;
import dev.dialkey.bindings.UdpSocket;
import java.util.ArrayDeque;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One UDP socket, and what waits because it is full. Any thread sends on it; its loop alone
 * receives and waits.
 *
 * <p>When the system takes no more, the packets already made stay here in their buffer until the
 * loop finds the socket writable, and no connection makes new ones meanwhile. The number of such
 * buffers is bounded by {@link TransmitPool}.
 */
public final class UdpTransport {
  private record Unsent(TransmitBatch batch, int next) {}

  private final UdpSocket socket;
  private final TransmitPool pool;
  private final ReentrantLock lock = new ReentrantLock();

  /**
   * Volatile: flushing threads look without the lock; a late look only adds one buffer to the
   * queue.
   */
  private volatile boolean full;

  // Guarded by lock.
  private final ArrayDeque<Unsent> unsent = new ArrayDeque<>();
  private final ArrayDeque<Driven> waiting = new ArrayDeque<>();

  public UdpTransport(UdpSocket socket, TransmitPool pool) {
    this.socket = socket;
    this.pool = pool;
  }

  public UdpSocket socket() {
    return socket;
  }

  /** The address it is bound to, possibly a wildcard address. */
  public NativeAddress boundAddress() {
    return socket.boundAddress();
  }

  /** Whether the system takes nothing more for now. */
  public boolean isFull() {
    return full;
  }

  /**
   * Sends a whole batch and gives its buffer back to the pool, or keeps it until there is room.
   *
   * @param sender is served by its home loop once there is room again
   * @return true when there is room for more
   */
  public boolean sendAndRelease(TransmitBatch batch, Driven sender) {
    int sent = full ? 0 : socket.send(batch, 0, batch.size());
    if (sent == batch.size()) {
      pool.giveBack(batch);
      return true;
    }
    keep(new Unsent(batch, sent));
    awaitRoom(sender);
    return false;
  }

  /** Sends a whole batch; the caller keeps the buffer. What does not fit is lost and counted. */
  public void sendOrDrop(TransmitBatch batch, EndpointCounters counters) {
    int sent = socket.send(batch, 0, batch.size());
    counters.unsentDropped.add(batch.size() - sent);
  }

  /** Has the connection served once there is room. */
  public void awaitRoom(Driven sender) {
    lock.lock();
    try {
      if (full) {
        if (!waiting.contains(sender)) {
          waiting.add(sender);
        }
        return;
      }
    } finally {
      lock.unlock();
    }
    sender.home().post(sender);
  }

  /** Called by the loop when the socket is writable. */
  void onWritable() {
    lock.lock();
    try {
      while (!unsent.isEmpty()) {
        Unsent head = unsent.remove();
        int count = head.batch.size() - head.next;
        int sent = socket.send(head.batch, head.next, count);
        if (sent < count) {
          unsent.addFirst(new Unsent(head.batch, head.next + sent));
          return;
        }
        pool.giveBack(head.batch);
      }
      full = false;
      while (!waiting.isEmpty()) {
        Driven next = waiting.remove();
        next.home().post(next);
      }
    } finally {
      lock.unlock();
    }
  }

  private void keep(Unsent rest) {
    lock.lock();
    try {
      unsent.add(rest);
      full = true;
    } finally {
      lock.unlock();
    }
    socket.wake(); // The loop now waits for writability too.
  }
}
