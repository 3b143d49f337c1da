package dev.dialkey.internal.reflexive;

import dev.dialkey.holepunch.AddressFamily;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Keeps the addresses up to date at which servers see the endpoint. A virtual thread turns a {@link
 * ReflexiveCore}; each look-up and dial has one more. What goes wrong is logged at DEBUG and leaves
 * addresses out. Thread-safe.
 */
public final class ReflexiveService implements AutoCloseable {
  /**
   * Ten probes have few things to say between two steps. What is lost beyond that was a report of a
   * server that sends floods of them, or is missed by a deadline.
   */
  private static final int MAX_INPUTS = 256;

  private static final Logger LOG = System.getLogger("dev.dialkey.reflexive");

  private final List<DiscoveryServer> servers;
  private final ServerConnection.Dialer dialer;
  private final Runnable changed;
  private final ReflexiveCore core;
  private final BlockingQueue<Input> inputs = new ArrayBlockingQueue<>(MAX_INPUTS);
  private final Thread thread;

  // Owned by the thread, and by close() when that has ended.
  private final Map<Probe, ProbeSlot> slots = new HashMap<>();

  /** Volatile: replaced as a whole by the thread, read by all. */
  private volatile Map<AddressFamily, Reflexive> addresses = Map.of();

  /** Volatile: ends the thread, which is interrupted too. */
  private volatile boolean closed;

  /**
   * A service that does nothing before {@link #start}.
   *
   * @param families those that the endpoint has sockets for
   * @param changed is called when {@link #addresses} has changed; must not block
   */
  public ReflexiveService(
      List<DiscoveryServer> servers,
      Set<AddressFamily> families,
      ServerConnection.Dialer dialer,
      RandomGenerator random,
      Runnable changed) {
    this.servers = List.copyOf(servers);
    this.dialer = dialer;
    this.changed = changed;
    this.core = new ReflexiveCore(servers.size(), families, random, System.nanoTime());
    this.thread = Thread.ofVirtual().name("dialkey-reflexive").unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  /** What is known now. */
  public Map<AddressFamily, Reflexive> addresses() {
    return addresses;
  }

  /** The network may have changed: asks all servers at once. */
  public void networkChanged() {
    offer(new Input.NetworkChanged());
  }

  /** Ends the thread and closes all connections. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    boolean interrupted = Thread.interrupted();
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true; // It waits for nothing any more, so this takes no time.
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    slots.values().forEach(ProbeSlot::close);
    slots.clear();
  }

  private void run() {
    try {
      while (!closed) {
        long waitNanos = core.nextDeadlineNanos() - System.nanoTime();
        Input input = inputs.poll(waitNanos, TimeUnit.NANOSECONDS);
        step(input == null ? new Input.DeadlineReached() : input);
      }
    } catch (InterruptedException e) {
      // Closed.
    } catch (RuntimeException | AssertionError bug) {
      // The outermost frame: without a word here the addresses would silently grow old.
      LOG.log(Level.ERROR, "address discovery has ended", bug);
    }
  }

  private void step(Input input) {
    if (input instanceof Input.Failed failed) {
      slots.remove(failed.probe());
      log(failed.probe(), "failed: " + failed.reason());
    }
    for (Effect effect : core.handle(input, System.nanoTime())) {
      carryOut(effect);
    }
  }

  private void carryOut(Effect effect) {
    switch (effect) {
      case Effect.Connect(Probe probe) -> connect(probe);
      case Effect.Ping(Probe probe) -> {
        ProbeSlot slot = slots.get(probe);
        if (slot != null) {
          slot.ping();
        }
      }
      case Effect.Close(Probe probe) -> {
        ProbeSlot slot = slots.remove(probe);
        if (slot != null) {
          log(probe, slot.hasObserved() ? "is no longer needed" : "has not answered in time");
          slot.close();
        }
      }
      case Effect.Publish(Map<AddressFamily, Reflexive> now) -> {
        LOG.log(Level.DEBUG, () -> "seen from outside at " + now);
        addresses = now;
        changed.run();
      }
    }
  }

  private void connect(Probe probe) {
    ProbeSlot slot = new ProbeSlot(probe, this::offer);
    slots.put(probe, slot);
    Thread.ofVirtual().name("dialkey-reflexive-dial").start(() -> dial(probe, slot));
  }

  private void dial(Probe probe, ProbeSlot slot) {
    DiscoveryServer server = servers.get(probe.server());
    try {
      InetSocketAddress address = server.resolve(probe.family());
      if (!slot.isClosed()) {
        slot.opened(dialer.dial(server, address, slot));
      }
    } catch (IOException e) {
      slot.failed(describe(e));
    }
  }

  private static String describe(IOException e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }

  /** A full queue means that this one is not missed, see {@link #MAX_INPUTS}. */
  private void offer(Input input) {
    if (!inputs.offer(input)) {
      LOG.log(Level.DEBUG, () -> "too much at once, dropped " + input);
    }
  }

  private void log(Probe probe, String what) {
    LOG.log(
        Level.DEBUG,
        () -> {
          DiscoveryServer server = servers.get(probe.server());
          String where = server.relay() + " port " + server.port() + " over " + probe.family();
          return "address discovery of " + where + " " + what;
        });
  }
}
