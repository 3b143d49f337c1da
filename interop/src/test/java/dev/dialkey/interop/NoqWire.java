package dev.dialkey.interop;

import dev.dialkey.addressing.EndpointAddr;
import dev.dialkey.addressing.EndpointId;
import dev.dialkey.addressing.SocketAddrs;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.regex.Matcher;

/**
 * The peer on noq that does on the wire what it is told ({@code interop/peers/noq-wire}), in a
 * process of its own. Thread-safe.
 */
final class NoqWire implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** {@code key=value}, or {@code key="value with spaces"}. */
  private static final java.util.regex.Pattern FIELD =
      java.util.regex.Pattern.compile("([a-z-]+)=(\"([^\"]*)\"|\\S*)");

  /** One line of its output. */
  record Event(String name, Map<String, String> fields) {
    static Event of(String line) {
      int end = line.indexOf(' ');
      Map<String, String> fields = new HashMap<>();
      Matcher matcher = FIELD.matcher(line);
      while (matcher.find()) {
        String quoted = matcher.group(3);
        fields.put(matcher.group(1), quoted == null ? matcher.group(2) : quoted);
      }
      return new Event(end < 0 ? line : line.substring(0, end), fields);
    }

    String field(String key) {
      return fields.getOrDefault(key, "");
    }

    boolean is(String name, String key, Object value) {
      return this.name.equals(name) && field(key).equals(value.toString());
    }
  }

  private final Process process;
  private final BufferedWriter commands;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final List<Event> events = new ArrayList<>(); // Guarded by lock.
  private boolean ended;

  private NoqWire(Process process) {
    this.process = process;
    this.commands = process.outputWriter(StandardCharsets.UTF_8);
    Thread.ofVirtual().name("noq-wire-events").start(this::collect);
  }

  /** One that waits to be dialled. */
  static NoqWire serve(String... options) throws IOException {
    return start(List.of("serve"), options);
  }

  /** One that dials. */
  static NoqWire dial(EndpointId id, InetSocketAddress address, String... options)
      throws IOException {
    return start(List.of("dial", id.toString(), SocketAddrs.format(address)), options);
  }

  private static NoqWire start(List<String> mode, String... options) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(IrohRelease.built("noq-wire").toString());
    command.addAll(mode);
    command.addAll(Arrays.asList(options));
    var peer =
        new NoqWire(
            new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start());
    peer.await("READY");
    return peer;
  }

  EndpointAddr addr() {
    var addr = EndpointAddr.of(EndpointId.parse(await("READY").field("key")));
    return addr.withIp(addresses().getFirst());
  }

  List<InetSocketAddress> addresses() {
    return Arrays.stream(await("READY").field("addrs").split(",", -1))
        .map(SocketAddrs::parse)
        .toList();
  }

  /** Gives a command and waits for its answer; fails when that is an error. */
  Event ask(String command) throws IOException {
    String verb = command.split(" ", -1)[0];
    int before = count();
    commands.write(command + "\n");
    commands.flush();
    Event answer = await(event -> event.field("command").equals(verb), before, command);
    if (answer.name().equals("error")) {
      throw new AssertionError(command + ": " + answer.field("what"));
    }
    return answer;
  }

  int count() {
    lock.lock();
    try {
      return events.size();
    } finally {
      lock.unlock();
    }
  }

  List<Event> soFar(String name) {
    lock.lock();
    try {
      return events.stream().filter(event -> event.name().equals(name)).toList();
    } finally {
      lock.unlock();
    }
  }

  Event await(String name) {
    return await(event -> event.name().equals(name), 0, name);
  }

  Event await(String name, String key, Object value) {
    return await(event -> event.is(name, key, value), 0, name + " " + key + "=" + value);
  }

  /** The first event from {@code from} on that fits, waiting for it. */
  Event await(Predicate<Event> wanted, int from, String what) {
    long left = PATIENCE.toNanos();
    int next = from;
    lock.lock();
    try {
      while (true) {
        for (; next < events.size(); next++) {
          if (wanted.test(events.get(next))) {
            return events.get(next);
          }
        }
        if (ended || left <= 0) {
          throw new AssertionError(what + " did not come; events: " + events);
        }
        left = arrived.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() throws Exception {
    try (commands) {
      if (process.isAlive()) {
        commands.write("quit\n");
      }
    } catch (IOException e) {
      // It has ended already.
    }
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
  }

  private void collect() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        add(Event.of(line));
      }
    } catch (IOException e) {
      // The process is gone; what it said last is there.
    } finally {
      lock.lock();
      try {
        ended = true;
        arrived.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  private void add(Event event) {
    lock.lock();
    try {
      events.add(event);
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
