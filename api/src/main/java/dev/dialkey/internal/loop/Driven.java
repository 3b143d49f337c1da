package dev.dialkey.internal.loop;

import dev.dialkey.bindings.PacketBatch;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What a loop drives: a connection, as far as the loop needs to know it. Every method takes the
 * connection's own lock; a loop calls them without holding any.
 */
public abstract class Driven {
  /** Returned by {@link #service}: nothing is due until something happens. */
  public static final long NO_DEADLINE = Long.MAX_VALUE;

  /** Returned by {@link #service}: the connection is freed, forget it. */
  public static final long GONE = Long.MIN_VALUE;

  /** Set while this waits in its home loop's inbox, so that it stands there once. */
  final AtomicBoolean posted = new AtomicBoolean();

  /**
   * Volatile: set by threads that flush, looked at by the home loop; early or late does no harm.
   */
  volatile boolean yields;

  // Owned by the home loop's thread.
  int heapIndex = DeadlineHeap.ABSENT;

  /** Volatile: threads that flush compare their new deadline with it. Written by the home loop. */
  volatile long scheduledNanos = NO_DEADLINE;

  /**
   * The stamp of the last turn that touched it. One word, unique over all loops: when several loops
   * race on it, a turn may list the connection twice, but never not at all.
   */
  long touchedInTurn;

  /**
   * Feeds datagrams {@code first} to {@code first + count} of the batch and handles what they
   * bring. Nothing is sent yet: that comes once per turn.
   */
  public abstract void receive(
      EndpointLoop loop, PacketBatch batch, int first, int count, long nowNanos);

  /**
   * Does what is due: timers, a flush, the end of a closed connection. Called by the home loop
   * alone, at the end of a turn that touched the connection, when a timer is due, and after a post.
   *
   * @return the next deadline, {@link #NO_DEADLINE} or {@link #GONE}
   */
  public abstract long service(EndpointLoop loop, long nowNanos);

  /** Flushes after a turn of a loop that is not the home loop. */
  public abstract void endForeignTurn(long nowNanos);

  /** Wakes the readers that were held, see {@link EndpointLoop#hold}. */
  public abstract void release();

  /** Ends the connection after a mistake of ours showed in one of the methods above. */
  public abstract void giveUp();

  /** The loop that alone fires the timers and frees the native object. */
  public abstract EndpointLoop home();

  /** Tells the home loop of a deadline that a flush on another thread has set. */
  public final void deadlineMoved(long deadlineNanos, long nowNanos) {
    if (deadlineNanos == NO_DEADLINE) {
      return; // The entry in the heap fires once too early and finds nothing due.
    }
    long scheduled = scheduledNanos;
    long earlier = scheduled == NO_DEADLINE ? Long.MAX_VALUE : scheduled - deadlineNanos;
    boolean soon = deadlineNanos - nowNanos < EndpointLoop.TIMER_SLACK_NANOS;
    // A pause of the pacer is over soon and has to be met closely; a loss timer has not.
    long slack = soon ? EndpointLoop.PACING_SLACK_NANOS : EndpointLoop.TIMER_SLACK_NANOS;
    if (earlier > slack) {
      home().post(this, deadlineNanos + slack);
    }
  }

  /** Has the home loop do what is left after it has looked at its socket. */
  public final void yieldToReceive() {
    yields = true;
    home().post(this);
  }

  /** Has the home loop do what is left some time soon, without waking it for that alone. */
  public final void serveSoon(long nowNanos) {
    home().post(this, nowNanos + EndpointLoop.TIMER_SLACK_NANOS);
  }
}
