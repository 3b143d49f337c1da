package dev.dialkey.interop;

import dev.dialkey.addressing.EndpointAddr;
import dev.dialkey.addressing.EndpointId;
import dev.dialkey.addressing.SocketAddrs;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The peer on noq that does on the wire what it is told ({@code interop/peers/noq-wire}), in a
 * process of its own. Thread-safe.
 */
final class NoqWire implements AutoCloseable {
  /** {@code key=value}, or {@code key="value with spaces"}. */
  private static final Pattern FIELD = Pattern.compile("([a-z-]+)=(\"([^\"]*)\"|\\S*)");

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

  private final ToldProcess<Event> process;

  private NoqWire(ToldProcess<Event> process) {
    this.process = process;
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
    var peer = new NoqWire(ToldProcess.start(command, Event::of));
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
  Event ask(String command) {
    String verb = command.split(" ", -1)[0];
    int before = count();
    process.tell(command);
    Event answer = await(event -> event.field("command").equals(verb), before, command);
    if (answer.name().equals("error")) {
      throw new AssertionError(command + ": " + answer.field("what"));
    }
    return answer;
  }

  int count() {
    return process.count();
  }

  List<Event> soFar(String name) {
    return process.soFar(event -> event.name().equals(name));
  }

  Event await(String name) {
    return await(event -> event.name().equals(name), 0, name);
  }

  Event await(String name, String key, Object value) {
    return await(event -> event.is(name, key, value), 0, name + " " + key + "=" + value);
  }

  /** The first event from {@code from} on that fits, waiting for it. */
  Event await(Predicate<Event> wanted, int from, String what) {
    return process.await(wanted, from, what);
  }

  @Override
  public void close() throws InterruptedException {
    process.close();
  }
}
