package dev.dialkey.internal.reflexive;

import dev.dialkey.holepunch.AddressFamily;
import dev.dialkey.internal.machine.Machine;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Keeps the addresses up to date at which servers see the endpoint. A virtual thread turns a {@link
 * ReflexiveCore}; each look-up and dial has one more. What goes wrong is logged at DEBUG and leaves
 * addresses out. Thread-safe.
 */
public final class ReflexiveService implements AutoCloseable {
  /**
   * What the service runs on.
   *
   * @param machine its time and threads
   * @param random spreads the rounds
   * @param changed is called when {@link #addresses} has changed; must not block
   */
  public record Surroundings(Machine machine, RandomGenerator random, Runnable changed) {}

  private static final Logger LOG = System.getLogger("dev.dialkey.reflexive");

  private final List<DiscoveryServer> servers;
  private final ServerConnection.Dialer dialer;
  private final Surroundings around;
  private final ReflexiveCore core;
  private final InputQueue inputs;
  private final Thread thread;

  // Owned by the thread, and by close() when that has ended.
  private final Map<Probe, ProbeSlot> slots = new HashMap<>();

  /** Volatile: replaced as a whole by the thread, read by all. */
  private volatile Map<AddressFamily, Reflexive> addresses = Map.of();

  /** Volatile: set before there is anything to close. */
  private volatile boolean started;

  /**
   * A service that does nothing before {@link #start}.
   *
   * @param families those that the endpoint has sockets for
   */
  public ReflexiveService(
      List<DiscoveryServer> servers,
      Set<AddressFamily> families,
      ServerConnection.Dialer dialer,
      Surroundings around) {
    this.servers = List.copyOf(servers);
    this.dialer = dialer;
    this.around = around;
    Machine machine = around.machine;
    this.core = new ReflexiveCore(servers.size(), families, around.random, machine.nanoTime());
    this.inputs = new InputQueue(machine);
    this.thread = machine.newThread("dialkey-reflexive", this::run);
  }

  public void start() {
    started = true;
    around.machine.start(thread);
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
    inputs.close();
    if (started) {
      joinUninterruptibly();
    }
    slots.values().forEach(ProbeSlot::close);
    slots.clear();
  }

  /** It waits for nothing any more, so this takes no time. */
  private void joinUninterruptibly() {
    boolean interrupted = Thread.interrupted();
    while (thread.isAlive()) {
      try {
        around.machine.join(thread, Long.MAX_VALUE);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      Optional<Input> next = inputs.take(core.nextDeadlineNanos());
      while (next.isPresent()) {
        step(next.get());
        next = inputs.take(core.nextDeadlineNanos());
      }
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
    for (Effect effect : core.handle(input, around.machine.nanoTime())) {
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
        around.changed.run();
      }
    }
  }

  private void connect(Probe probe) {
    ProbeSlot slot = new ProbeSlot(probe, this::offer);
    slots.put(probe, slot);
    around.machine.run("dialkey-reflexive-dial", () -> dial(probe, slot));
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

  /** What finds no room is not missed, see {@link InputQueue}. */
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
