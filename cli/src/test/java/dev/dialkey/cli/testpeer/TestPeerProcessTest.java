package dev.dialkey.cli.testpeer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.cli.ChildProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Two peers as processes, and the contract with test drivers. */
final class TestPeerProcessTest {
  private static final Pattern LINE =
      Pattern.compile("\\{\"t\":\\d{13},\"ev\":\"[a-z_]+\"(,\"[a-z_]+\":.*)?\\}");

  /** What a driver sees of a peer. */
  private record Driver(ChildProcess process, List<String> seen) implements AutoCloseable {

    static Driver listener() throws IOException {
      return new Driver(
          ChildProcess.start("test-peer", "listen", "--bind", "127.0.0.1:0"), new ArrayList<>());
    }

    static Driver dialer(Driver listener, String options) throws IOException {
      String addr = field(listener.await("addrs"), "list\":\\[\"([^\"]+)\"");
      String id = field(listener.await("ready"), "id\":\"(\\w+)\"");
      List<String> args = new ArrayList<>(List.of("test-peer", "dial", "--bind", "127.0.0.1:0"));
      args.addAll(List.of("--remote", id, "--remote-addr", addr));
      args.addAll(List.of(options.split(" ")));
      return new Driver(ChildProcess.start(args.toArray(String[]::new)), new ArrayList<>());
    }

    /** The next line with this event. */
    String await(String event) throws IOException {
      return await(line -> eventOf(line).equals(event));
    }

    String await(Predicate<String> wanted) throws IOException {
      String line = next();
      while (!wanted.test(line)) {
        assertThat(eventOf(line)).isNotEqualTo("end");
        line = next();
      }
      return line;
    }

    private String next() throws IOException {
      String line = process.readLine();
      assertThat(line).matches(LINE);
      seen.add(line);
      return line;
    }

    void tell(String command) throws IOException {
      process.in().write((command + "\n").getBytes(StandardCharsets.US_ASCII));
      process.in().flush();
    }

    List<String> events() {
      return seen.stream().map(TestPeerProcessTest::eventOf).toList();
    }

    @Override
    public void close() {
      process.close();
    }
  }

  @Test
  void bothSidesSendAndTellInOrder() throws Exception {
    try (Driver listener = Driver.listener();
        Driver dialer =
            Driver.dialer(listener, "--flags 3 --chunk 1000 --interval-us 5000 --chunks 100")) {
      dialer.await("end");
      assertThat(dialer.process.awaitExit()).isZero();
      listener.await("closed");
      for (Driver side : List.of(dialer, listener)) {
        List<String> rare =
            side.events().stream()
                .filter(event -> !List.of("progress", "gap", "end").contains(event))
                .toList();
        assertThat(rare)
            .startsWith("bound", "addrs", "ready", "connected")
            .contains("path", "first_direct", "done")
            .doesNotContain("error", "aborted")
            .endsWith("closed");
        String done = find(side, "done");
        assertThat(done).contains("\"bytes\":100000");
        assertThat(find(side, "connected")).contains("\"remote\":\"").contains("\"ms\":");
        assertThat(find(side, "path")).contains("\"kind\":\"direct\"", "\"remote\":\"127.0.0.1:");
        List<String> progress =
            side.seen.stream().filter(line -> eventOf(line).equals("progress")).toList();
        assertThat(progress).hasSizeGreaterThan(1);
        assertThat(progress.getLast()).contains("\"chunks\":100,").contains("\"idle_ms\":");
      }
      listener.tell("network_change");
      listener.tell("quit");
      listener.await("end");
      assertThat(listener.process.awaitExit()).isZero();
    }
  }

  @Test
  void slowScheduleShowsAsGapsOnTheReceivingSideOnly() throws Exception {
    try (Driver listener = Driver.listener();
        Driver dialer =
            Driver.dialer(listener, "--flags 1 --chunk 16 --interval-us 300000 --chunks 4")) {
      dialer.await("end");
      listener.await("closed");
      assertThat(dialer.events()).doesNotContain("progress", "gap", "done");
      String gap = find(listener, "gap");
      assertThat(Double.parseDouble(field(gap, "\"ms\":([0-9.]+)"))).isBetween(100.0, 3_000.0);
      double longest = Double.parseDouble(field(find(listener, "done"), "max_gap_ms\":([0-9.]+)"));
      assertThat(longest).isGreaterThanOrEqualTo(200);
    }
  }

  @Test
  void stalledSenderShowsAsIdleTimeAndQuitAborts() throws Exception {
    try (Driver listener = Driver.listener();
        Driver dialer = Driver.dialer(listener, "--flags 2 --chunk 16 --interval-us 60000000")) {
      dialer.await(line ->
          eventOf(line).equals("progress")
              && Double.parseDouble(field(line, "idle_ms\":([0-9.]+)")) > 500);
      long start = System.nanoTime();
      dialer.tell("quit");
      dialer.await("aborted");
      dialer.await("closed");
      dialer.await("end");
      assertThat(dialer.process.awaitExit()).isZero();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
      assertThat(listener.await("closed")).contains("\"reason\":\"");
      listener.process.in().close(); // As good as "quit".
      listener.await("end");
      assertThat(listener.process.awaitExit()).isZero();
    }
  }

  @Test
  void errorsAreEventsAndEndWithOne() throws Exception {
    try (var relayed =
        new Driver(
            ChildProcess.start("test-peer", "listen", "--relay", "https://relay.invalid/"),
            new ArrayList<>())) {
      assertThat(relayed.await("error")).contains("relays are not supported");
      relayed.await("end");
      assertThat(relayed.process.awaitExit()).isEqualTo(1);
    }
  }

  private static String find(Driver driver, String event) {
    return driver.seen.stream()
        .filter(line -> eventOf(line).equals(event))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + event + " in " + driver.seen));
  }

  private static String eventOf(String line) {
    return field(line, "\"ev\":\"(\\w+)\"");
  }

  private static String field(String line, String regex) {
    Matcher matcher = Pattern.compile(regex).matcher(line);
    assertThat(matcher.find()).as("%s in %s", regex, line).isTrue();
    return matcher.group(1);
  }
}
