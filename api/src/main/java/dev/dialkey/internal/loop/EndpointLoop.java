package dev.dialkey.internal.loop;

import dev.dialkey.bindings.NativeMemory;
import dev.dialkey.bindings.NativeSocket;
import dev.dialkey.bindings.PacketBatch;
import dev.dialkey.internal.machine.Cycle;
import dev.dialkey.internal.machine.Machine;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The duty cycle of one UDP socket, turned by one platform thread, for its wait is a native call
 * and would pin a virtual thread's carrier; or by a simulation, step by step. It runs no user code
 * and waits for nothing but its socket. {@link #post}, {@link #isAsleep} and {@link #close} may be
 * called from any thread.
 */
public final class EndpointLoop implements Cycle {
  /** A turn longer than this is counted: something kept the loop from its sockets. */
  public static final long SLOW_TURN_NANOS = 50_000_000;

  /** A deadline may be missed by this much: waking the loop for less costs more than it gains. */
  static final long TIMER_SLACK_NANOS = 10_000_000;

  static final long PACING_SLACK_NANOS = 500_000;

  /** Data is kept from a waiting reader this long at most, while more of it comes in. */
  private static final long MAX_HOLD_NANOS = 500_000;

  private static final long RECENT_NANOS = 100_000_000;
  private static final int MAX_TIMERS_PER_TURN = 1_024;
  private static final int MAX_SERVED_PER_TURN = 1_024;

  /** Datagrams given to a connection under one hold of its lock, so that writers get their turn. */
  private static final int MAX_RUN = 256;

  /** First byte of a long header, RFC 8999 section 5.1. */
  private static final int LONG_HEADER_BIT = 0x80;

  private static final int SHORT_HEADER_MIN = 1 + Long.BYTES;
  private static final int LONG_DCID_LENGTH_AT = 5;
  private static final int LONG_DCID_AT = 6;

  /** The upper bits of turn stamps tell loops apart. */
  private static final AtomicLong FIRST_STAMP = new AtomicLong();

  private static final Logger LOG = System.getLogger("dev.dialkey.loop");

  private final String name;
  private final UdpTransport transport;
  private final ConnectionTable connections;
  private final StrayPackets strays;
  private final EndpointCounters counters;
  private final Machine machine;
  private final PacketBatch batch;
  private final Scratch scratch;
  private final LoopThread thread;

  /** Connections that another thread wants served; each stands here at most once. */
  private final ConcurrentLinkedQueue<Driven> inbox = new ConcurrentLinkedQueue<>();

  // Owned by the loop's thread.
  private final DeadlineHeap deadlines = new DeadlineHeap();
  private final ArrayList<Driven> touched = new ArrayList<>();
  private final ArrayList<Driven> held = new ArrayList<>();
  private long heldSinceNanos;
  private long lastActiveNanos;

  /** Whether the last receive brought something, so that more may wait. */
  private boolean mayHaveMore;

  private long turnStamp = (FIRST_STAMP.incrementAndGet() << 48) + 1;

  /** Volatile: other threads decide by it whether the loop has to be woken. */
  private volatile boolean asleep;

  /** When the loop wakes by itself; written before {@link #asleep}, which makes it visible. */
  private long wakesNanos;

  private volatile boolean closed;

  public EndpointLoop(
      String name,
      UdpTransport transport,
      ConnectionTable connections,
      StrayPackets strays,
      EndpointCounters counters,
      NativeMemory memory,
      Machine machine) {
    this.name = name;
    this.transport = transport;
    this.connections = connections;
    this.strays = strays;
    this.counters = counters;
    this.machine = machine;
    this.batch = transport.socket().newBatch(memory);
    this.scratch = new Scratch(batch, memory.newEventBatch());
    this.thread = new LoopThread("dialkey-loop-" + name, this::run);
  }

  @Override
  public void start() {
    thread.start();
  }

  public UdpTransport transport() {
    return transport;
  }

  /** For the connection being served, by the loop's own thread. */
  public Scratch scratch() {
    return scratch;
  }

  /** Has the connection served in the next turn, which begins at once. */
  public void post(Driven connection) {
    if (connection.posted.compareAndSet(false, true)) {
      inbox.add(connection);
    }
    // Also when it was posted before: that may have been for later.
    if (asleep) {
      transport.socket().wake();
    }
  }

  /** Has the connection served in the next turn, which begins no later than this. */
  void post(Driven connection, long latestNanos) {
    if (connection.posted.compareAndSet(false, true)) {
      inbox.add(connection);
    }
    if (asleep && wakesNanos - latestNanos > 0) {
      transport.socket().wake();
    }
  }

  /**
   * Has {@link Driven#release} called as soon as nothing more waits in the socket, or after a
   * moment. For the loop's own thread.
   */
  public void hold(Driven connection) {
    if (held.isEmpty()) {
      heldSinceNanos = lastActiveNanos;
    }
    held.add(connection);
  }

  /** Whether the loop waits for its socket at the moment. */
  public boolean isAsleep() {
    return asleep;
  }

  /** Stops the thread after the turn it is in. */
  public void close() {
    closed = true;
    transport.socket().wake();
  }

  /** Waits for the thread to end after {@link #close}. */
  public void join() throws InterruptedException {
    thread.join();
  }

  private void run() {
    try {
      while (!closed) {
        turn();
      }
    } catch (
        Throwable bug) { // The outermost frame: without a word here the endpoint would fall silent.
      LOG.log(Level.ERROR, () -> "loop " + name + " died", bug);
      throw bug;
    }
  }

  private void turn() {
    long now = machine.nanoTime();
    if (serveWaiting(now)) {
      wakeUp(transport.socket().await(fallAsleep(now), transport.isFull()));
    }
    receiveWaiting();
  }

  @Override
  public long step() {
    if (asleep) {
      wakeUp(transport.socket().await(0, transport.isFull()));
      receiveWaiting();
    }
    long now = machine.nanoTime();
    if (serveWaiting(now)) {
      return fallAsleep(now);
    }
    receiveWaiting();
    return 0;
  }

  @Override
  public boolean isClosed() {
    return closed;
  }

  /** The first half of a turn; true when the loop may sleep before the second. */
  private boolean serveWaiting(long now) {
    int work = serveInbox(now) + fireDue(now);
    thread.wakeCollected();
    return work == 0 && !mayHaveMore;
  }

  private void receiveWaiting() {
    long start = machine.nanoTime();
    mayHaveMore = receive(start) > 0;
    if (!held.isEmpty() && (!mayHaveMore || start - heldSinceNanos > MAX_HOLD_NANOS)) {
      releaseHeld();
    }
    thread.wakeCollected();
    noteSlowness(machine.nanoTime() - start);
  }

  private void releaseHeld() {
    held.forEach(Driven::release);
    held.clear();
  }

  private void noteSlowness(long turnNanos) {
    if (turnNanos > SLOW_TURN_NANOS) {
      counters.slowTurns.increment();
      SlowTurnEvent.commit(name, turnNanos);
    }
  }

  private int serveInbox(long now) {
    int served = 0;
    Driven next = inbox.poll();
    while (next != null) {
      next.posted.set(false); // Before serving: what is posted meanwhile must be served again.
      next.yields = false;
      serve(next, now);
      served++;
      boolean goesOn = served < MAX_SERVED_PER_TURN && !next.yields;
      next = goesOn ? inbox.poll() : null;
    }
    return served;
  }

  private int fireDue(long now) {
    int fired = 0;
    while (fired < MAX_TIMERS_PER_TURN) {
      Driven first = deadlines.peek();
      if (first == null || first.scheduledNanos - now > 0) {
        break;
      }
      serve(first, now);
      fired++;
    }
    return fired;
  }

  private void serve(Driven connection, long now) {
    try {
      reschedule(connection, connection.service(this, now));
    } catch (RuntimeException | AssertionError bug) {
      giveUp(connection, bug);
    }
  }

  /** One connection's broken state must not take the others down, nor come back with its timer. */
  private void giveUp(Driven connection, Throwable bug) {
    LOG.log(Level.ERROR, () -> "loop " + name + " gives a connection up", bug);
    connection.giveUp();
    if (connection.home() == this) {
      deadlines.remove(connection);
    }
  }

  private void feed(Driven connection, int first, int count, long now) {
    try {
      connection.receive(this, batch, first, count, now);
    } catch (RuntimeException | AssertionError bug) {
      giveUp(connection, bug);
    }
  }

  /**
   * Keeps the heap's entry when the deadline only moved back: it fires early, once, and is moved
   * then.
   */
  private void reschedule(Driven connection, long deadline) {
    if (deadline == Driven.GONE || deadline == Driven.NO_DEADLINE) {
      deadlines.remove(connection);
    } else if (connection.heapIndex == DeadlineHeap.ABSENT
        || connection.scheduledNanos - deadline > 0
        || connection.scheduledNanos - machine.nanoTime() <= 0) {
      deadlines.schedule(connection, deadline);
    }
  }

  /** Returns for how long. */
  private long fallAsleep(long now) {
    wakesNanos = wakeTime(now);
    asleep = true;
    // Looked at after the flag is set: whoever posts later sees the flag and wakes.
    return inbox.isEmpty() && !closed ? Math.max(wakesNanos - now, 0) : 0;
  }

  private void wakeUp(int ready) {
    asleep = false;
    if (NativeSocket.isWritable(ready)) {
      transport.onWritable();
    }
  }

  private long wakeTime(long now) {
    Driven first = deadlines.peek();
    long until = first == null ? now + NativeSocket.LONGEST_WAIT_NANOS : first.scheduledNanos;
    if (now - lastActiveNanos < RECENT_NANOS) {
      // Deadlines moved a little ahead by flushing threads are then met without waking the loop.
      until = until - now > TIMER_SLACK_NANOS ? now + TIMER_SLACK_NANOS : until;
    }
    return until;
  }

  private int receive(long now) {
    int datagrams = transport.socket().receive(batch);
    if (datagrams <= 0) {
      return 0;
    }
    lastActiveNanos = now;
    int first = 0;
    while (first < datagrams) {
      Driven connection = connectionOf(first, now);
      int end = first + 1;
      if (connection != null) {
        end = endOfRun(first, datagrams);
        counters.delivered.add(end - first);
        feed(connection, first, end - first, now);
        touch(connection);
      }
      first = end;
    }
    endTurn(now);
    return datagrams;
  }

  private void touch(Driven connection) {
    if (connection.touchedInTurn != turnStamp) {
      connection.touchedInTurn = turnStamp;
      touched.add(connection);
    }
  }

  private void endTurn(long now) {
    for (int i = 0; i < touched.size(); i++) {
      Driven connection = touched.get(i);
      if (connection.home() == this) {
        serve(connection, now);
      } else {
        connection.endForeignTurn(now);
      }
    }
    touched.clear();
    turnStamp++;
  }

  private @Nullable Driven connectionOf(int i, long now) {
    int length = batch.length(i);
    if (length < SHORT_HEADER_MIN) {
      counters.malformed.increment();
      return null;
    }
    Driven connection = null;
    if ((batch.byteAt(i, 0) & LONG_HEADER_BIT) == 0) {
      connection = connections.get(batch.longAt(i, 1));
    } else if (length >= LONG_DCID_AT + Long.BYTES
        && batch.byteAt(i, LONG_DCID_LENGTH_AT) == Long.BYTES) {
      connection = connections.get(batch.longAt(i, LONG_DCID_AT));
    }
    return connection != null ? connection : strays.handle(this, batch, i, now);
  }

  /** The run goes on while short headers carry the same connection id. */
  private int endOfRun(int first, int size) {
    int end = first + 1;
    if ((batch.byteAt(first, 0) & LONG_HEADER_BIT) != 0) {
      return end;
    }
    long id = batch.longAt(first, 1);
    int limit = Math.min(size, first + MAX_RUN);
    while (end < limit
        && batch.length(end) >= SHORT_HEADER_MIN
        && (batch.byteAt(end, 0) & LONG_HEADER_BIT) == 0
        && batch.longAt(end, 1) == id) {
      end++;
    }
    return end;
  }
}
