package dev.dialkey.cli.perfpeer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.addressing.EndpointTicket;
import dev.dialkey.cli.ChildProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Two peers as processes, and the contract with benchmarks. */
final class PerfPeerProcessTest {
  private static final Pattern OK = Pattern.compile("ok \\d+\\.\\d{6,}((?: [a-z0-9]+=[0-9.]+)*)");

  /** What a benchmark sees of a peer. */
  private record Driver(ChildProcess process, String ready) implements AutoCloseable {

    static Driver server(String... options) throws IOException {
      return start(List.of("server"), options);
    }

    static Driver client(Driver server, String... options) throws IOException {
      return start(List.of("client", server.ready.split(" ", 2)[1]), options);
    }

    private static Driver start(List<String> side, String... options) throws IOException {
      List<String> args = new ArrayList<>(List.of("perf-peer"));
      args.addAll(side);
      args.addAll(List.of(options));
      ChildProcess process = ChildProcess.start(args.toArray(String[]::new));
      return new Driver(process, process.readLine());
    }

    String order(String line) throws IOException {
      process.in().write((line + "\n").getBytes(StandardCharsets.US_ASCII));
      process.in().flush();
      return process.readLine();
    }

    /** The figures of an order that has to be carried out. */
    String carryOut(String line) throws IOException {
      String answer = order(line);
      Matcher matcher = OK.matcher(answer);
      assertThat(matcher.matches()).as("%s: %s", line, answer).isTrue();
      return matcher.group(1);
    }

    void end() throws Exception {
      process.in().close();
      assertThat(process.restOfOutput()).isEmpty();
      assertThat(process.awaitExit()).isZero();
      assertThat(process.err()).doesNotContain("Exception");
    }

    @Override
    public void close() {
      process.close();
    }
  }

  @Test
  void everyLineIsAnsweredWithItsFigures() throws Exception {
    try (Driver server = Driver.server();
        Driver client = Driver.client(server)) {
      assertThat(server.ready).startsWith("READY endpoint");
      assertThat(EndpointTicket.parse(server.ready.substring(6)).addr().ipAddrs())
          .singleElement()
          .asString()
          .contains("127.0.0.1:");
      assertThat(client.ready).isEqualTo("READY");
      assertThat(client.carryOut("bulk 1")).matches(" lost=\\d+ datagram=1\\d{3}");
      assertThat(client.carryOut("bulk 3000000")).startsWith(" lost=");
      assertThat(client.carryOut("lat 20")).matches(" p50=[0-9.]+ p99=[0-9.]+ p999=[0-9.]+");
      assertThat(client.carryOut("rps 50 8")).matches(" rate=[0-9.]+");
      assertThat(client.carryOut("hs 6 3")).isEmpty();
      assertThat(client.carryOut("idle 3")).isEmpty();
      assertThat(client.carryOut("dgram 100 0")).startsWith(" received=100 ");
      assertThat(client.carryOut("dgram 20 1000")).startsWith(" received=20 ");
      for (Driver side : List.of(client, server)) {
        assertThat(side.carryOut("stats")).matches(" allocated=\\d{6,}");
      }
      client.end();
      server.end();
    }
  }

  @Test
  void wrongLinesAreAnsweredAndTheNextOneCounts() throws Exception {
    try (Driver server = Driver.server();
        Driver client = Driver.client(server)) {
      for (String line : List.of("dance", "", "bulk", "bulk 0", "rps 1 2 3")) {
        assertThat(client.order(line)).startsWith("error ");
        assertThat(server.order(line)).startsWith("error ");
      }
      assertThat(server.order("lat 1")).startsWith("error ").contains("stats");
      client.carryOut("lat 1");
      server.end();
      assertThat(client.order("lat 1")).startsWith("error ");
      client.carryOut("stats");
      client.end();
    }
  }

  @Test
  void otherThreadsMemoryAndWritesComeToTheSame() throws Exception {
    String[] options = {"--threads", "platform", "--memory", "heap", "--loops", "2"};
    try (Driver server = Driver.server(options);
        Driver arrays = Driver.client(server, options);
        Driver views = Driver.client(server, "--output-stream", "--write", "10KiB")) {
      for (Driver client : List.of(arrays, views)) {
        client.carryOut("bulk 1");
        client.carryOut("bulk 3000000");
        client.carryOut("rps 50 8");
        client.carryOut("dgram 10 0");
        client.end();
      }
      server.process.terminate();
      assertThat(server.process.awaitExit()).isZero();
    }
  }
}
