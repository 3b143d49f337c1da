package dev.dialkey.testkit;

import dev.dialkey.bindings.NativeLibrary;
import dev.dialkey.internal.machine.Parked;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A virtual thread that runs only while the simulation waits for it: the two hand a turn to and
 * fro, so that no two of them ever run at once.
 */
final class SimulatedThread implements Actor {
  /** Real time after which something other than the simulation must be what it waits for. */
  private static final long STUCK_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final Simulation simulation;
  private final Thread thread;
  private final boolean script;

  /** Volatile: hands over the turn, and with it all that the other side has written. */
  private volatile boolean hasTurn;

  /** Volatile: an interrupt shows here or in the thread's flag, whoever has the turn. */
  private volatile boolean interrupted;

  // Handed over with the turn.
  private @Nullable Thread waker;
  private @Nullable Parked wait;
  private long wakesAtNanos;
  private boolean over;

  SimulatedThread(
      Simulation simulation, String name, boolean script, Script task, Consumer<Throwable> failed) {
    this.simulation = simulation;
    this.script = script;
    this.thread = Thread.ofVirtual().name(name).unstarted(() -> run(task, failed));
  }

  Thread thread() {
    return thread;
  }

  /** Whether a user's script runs here, not something of the library's own. */
  boolean isScript() {
    return script;
  }

  @Override
  public boolean isReady(long nowNanos) {
    Parked current = wait;
    return wakesAtNanos <= nowNanos
        || interrupted
        || thread.isInterrupted()
        || (current != null && current.isOver());
  }

  @Override
  public long wakesAtNanos() {
    return wakesAtNanos;
  }

  @Override
  public boolean isOver() {
    return over;
  }

  /** Lets it run until it waits or ends. On the simulation's thread. */
  @Override
  public void takeTurn() {
    waker = Thread.currentThread();
    hasTurn = true;
    LockSupport.unpark(thread);
    long since = System.nanoTime();
    while (hasTurn) {
      LockSupport.parkNanos(this, STUCK_NANOS);
      if (hasTurn && System.nanoTime() - since > STUCK_NANOS) {
        throw new SimulationFailure(
            thread.getName() + " waits for something that is not of the simulation");
      }
    }
  }

  /** Ends its turn until the wait is over or the time has come. On the thread itself. */
  void park(Parked until, long atNanos) {
    wait = until;
    wakesAtNanos = atNanos;
    endTurn();
    awaitTurn();
    wait = null;
    if (interrupted) {
      interrupted = false;
      Thread.currentThread().interrupt();
    }
  }

  private void run(Script task, Consumer<Throwable> failed) {
    awaitTurn();
    try {
      task.run();
    } catch (Throwable e) { // The outermost frame: it fails the simulation.
      failed.accept(e);
    }
    over = true;
    endTurn();
  }

  private void awaitTurn() {
    while (!hasTurn) {
      LockSupport.park(this);
      // The flag would keep it from parking; it is set again when the turn comes.
      if (!hasTurn && Thread.currentThread().isInterrupted()) {
        interrupted = true;
        Thread.interrupted();
      }
    }
    library().seedThread(simulation.nextChance());
  }

  private void endTurn() {
    library().seedThread(0); // The carrier's next thread may be no simulation's.
    Thread back = waker;
    waker = null; // What has ended keeps nothing of who made it, nor of who waited for it.
    hasTurn = false;
    LockSupport.unpark(back);
  }

  private NativeLibrary library() {
    return simulation.library();
  }
}
