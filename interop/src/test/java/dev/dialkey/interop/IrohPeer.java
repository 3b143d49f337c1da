package dev.dialkey.interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dialkey.addressing.EndpointAddr;
import dev.dialkey.addressing.EndpointId;
import dev.dialkey.addressing.EndpointTicket;
import dev.dialkey.addressing.SocketAddrs;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** A real iroh endpoint in a process of its own, told what to do line by line. Thread-safe. */
final class IrohPeer implements AutoCloseable {
  static final Duration PATIENCE = ToldProcess.PATIENCE;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ToldProcess<JsonNode> process;
  private final AtomicInteger lastTag = new AtomicInteger();

  private IrohPeer(ToldProcess<JsonNode> process) {
    this.process = process;
  }

  static IrohPeer start(IrohRelease release, String... arguments) throws IOException {
    return start(release.program(), arguments);
  }

  /** Starts another program that speaks in the same way. */
  static IrohPeer start(Path program, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(Arrays.asList(arguments));
    var peer = new IrohPeer(ToldProcess.start(command, JSON::readTree));
    peer.await("ready");
    return peer;
  }

  EndpointId id() {
    return EndpointId.parse(await("ready").get("id").asText());
  }

  EndpointAddr addr() {
    return EndpointTicket.parse(await("ready").get("ticket").asText()).addr();
  }

  /** Gives a command that needs no answer. */
  void tell(String line) {
    process.tell(line);
  }

  /** Gives a command and waits for its answer; fails when that is an error. */
  JsonNode ask(String verb, Object... arguments) {
    JsonNode answer = attempt(verb, arguments);
    if (answer.get("ev").asText().equals("error")) {
      throw new AssertionError(verb + " failed: " + answer);
    }
    return answer;
  }

  /** Gives a command and waits for its answer, whatever it is. */
  JsonNode attempt(String verb, Object... arguments) {
    return await(begin(verb, arguments));
  }

  /** Gives a command; the tag is for {@link #answer}. */
  String begin(String verb, Object... arguments) {
    String tag = "t" + lastTag.incrementAndGet();
    StringBuilder line = new StringBuilder(verb).append(' ').append(tag);
    for (Object argument : arguments) {
      line.append(' ').append(argument);
    }
    tell(line.toString());
    return tag;
  }

  /** The answer to a command that was begun before. */
  JsonNode answer(String tag) {
    return await(event -> event.path("tag").asText().equals(tag), "the answer " + tag);
  }

  /** Dials and returns the number of the connection. */
  int dial(EndpointId id, String alpn, InetSocketAddress... addresses) {
    return ask("dial", id, join(addresses), alpn).get("conn").asInt();
  }

  static String join(InetSocketAddress... addresses) {
    return String.join(",", Arrays.stream(addresses).map(SocketAddrs::format).toList());
  }

  /** The first event of this kind, waiting for it. */
  JsonNode await(String kind) {
    return kind.startsWith("t") && Character.isDigit(kind.charAt(1))
        ? answer(kind)
        : await(event -> event.path("ev").asText().equals(kind), "the event " + kind);
  }

  /** The first event that fits, waiting for it. */
  JsonNode await(Predicate<JsonNode> wanted, String what) {
    return process.await(wanted, 0, what);
  }

  /** The events of this kind so far. */
  List<JsonNode> soFar(String kind) {
    return process.soFar(event -> event.path("ev").asText().equals(kind));
  }

  /** Stops the process: until it goes on it answers nothing, not even with an ACK. */
  void stop() throws Exception {
    Signals.stop(process.pid());
  }

  void goOn() throws Exception {
    Signals.send("CONT", process.pid());
  }

  /** Ends the process as a crash would: nothing is sent any more. */
  void kill() {
    process.kill();
  }

  @Override
  public void close() throws InterruptedException {
    process.close();
  }
}
