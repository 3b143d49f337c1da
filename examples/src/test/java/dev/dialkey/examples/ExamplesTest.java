package dev.dialkey.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.addressing.EndpointAddr;
import dev.dialkey.addressing.EndpointTicket;
import dev.dialkey.addressing.SecretKey;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every example, alone and as two processes, the way a reader tries it. */
final class ExamplesTest {
  /** 128 and the number of SIGTERM: the JVM has run its hooks and ended. */
  private static final int TERMINATED = 143;

  @Test
  void echo() throws Exception {
    assertThat(alone("Echo")).endsWith("received: Hello, loopback!");
    try (var server = ExampleProcess.start("Echo", "serve")) {
      assertThat(dialled("Echo", loopback(server.readLine()))).endsWith("received: Hello, world!");
      assertEndsWhenAsked(server);
    }
  }

  @Test
  void requestResponse() throws Exception {
    assertThat(alone("RequestResponse"))
        .contains("1000 answers over one connection")
        .contains("168 of the numbers are prime")
        .contains("\"hello\" is refused with code 1")
        .endsWith("the smallest factor of 91 is 7");
    try (var server = ExampleProcess.start("RequestResponse", "serve")) {
      assertThat(dialled("RequestResponse", loopback(server.readLine())))
          .endsWith("the smallest factor of 91 is 7");
      assertEndsWhenAsked(server);
    }
  }

  @Test
  void fileTransfer(@TempDir Path folder) throws Exception {
    assertThat(alone("FileTransfer"))
        .contains(" 50 %  ")
        .contains("100 %  33,554,432 of 33,554,432 bytes")
        .endsWith("both files are equal");
    Path file = Files.writeString(folder.resolve("file"), "of a few bytes");
    Path target = folder.resolve("target");
    try (var server = ExampleProcess.start("FileTransfer", "serve", file.toString())) {
      String ticket = loopback(server.readLine());
      assertThat(dialled("FileTransfer", ticket, target.toString()))
          .endsWith("verified and written: target");
      assertThat(target).hasSameBinaryContentAs(file);

      Files.writeString(file, ""); // Nothing is special about no bytes.
      assertThat(dialled("FileTransfer", ticket, target.toString())).contains("verified");
      assertThat(target).isEmptyFile();
      assertEndsWhenAsked(server);
    }
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).containsExactlyInAnyOrder(file, target);
    }
  }

  @Test
  void fileTransferThatFailsLeavesNothing(@TempDir Path folder) throws Exception {
    Path target = folder.resolve("target");
    try (var server = ExampleProcess.start("FileTransfer", "serve", folder + "/missing");
        var client =
            ExampleProcess.start("FileTransfer", loopback(server.readLine()), target.toString())) {
      assertThat(client.restOfOutput()).isEmpty();
      assertThat(client.awaitExit()).isEqualTo(1);
      // The end of the stream and that of the connection are on their way at once.
      assertThat(client.err()).containsAnyOf("StreamResetException", "ConnectionClosedException");
      assertThat(folder).isEmptyDirectory();
    }
  }

  @Test
  void positionFeed() throws Exception {
    assertThat(alone("PositionFeed")).contains("at -").contains("100 positions received");
    try (var server = ExampleProcess.start("PositionFeed", "serve")) {
      assertThat(dialled("PositionFeed", loopback(server.readLine())))
          .contains("100 positions received");
      assertEndsWhenAsked(server);
    }
  }

  @Test
  void accessList() throws Exception {
    assertThat(alone("AccessList"))
        .contains("Alice asks the clock: 20")
        .contains("Alice opens the vault: a chest full of gold")
        .contains("Mallory asks the clock: 20")
        .contains("Mallory opens the vault: refused, not on the list")
        .endsWith("Mallory tries a door: turned away by the filter");
    byte[] seed = new byte[SecretKey.BYTES];
    seed[0] = 7;
    String id = SecretKey.fromBytes(seed).endpointId().toString();
    Map<String, String> member = Map.of("IROH_SECRET", HexFormat.of().formatHex(seed));
    try (var server = ExampleProcess.start("AccessList", "serve", id)) {
      String ticket = loopback(server.readLine());
      try (var listed = ExampleProcess.start(member, "AccessList", ticket)) {
        assertThat(outputOf(listed))
            .startsWith("dialling as " + id)
            .endsWith("the vault: a chest full of gold");
      }
      assertThat(dialled("AccessList", ticket)).endsWith("the vault: refused, not on the list");
      assertEndsWhenAsked(server);
    }
  }

  @Test
  void busyServer() throws Exception {
    assertThat(alone("BusyServer"))
        .containsSubsequence(
            "5000 requests of 500 ms each were answered",
            "requests are under way",
            "all of them were answered")
        .containsPattern("(?s)under way.*5000 requests of 500 ms each were answered");
    try (var server = ExampleProcess.start("BusyServer", "serve")) {
      assertThat(dialled("BusyServer", loopback(server.readLine())))
          .startsWith("5000 requests of 500 ms each were answered");
      server.terminate();
      assertThat(server.restOfOutput()).endsWith("all of them were answered");
      assertThat(server.awaitExit()).isEqualTo(TERMINATED);
    }
  }

  @Test
  void meters() throws Exception {
    assertThat(alone("Meters"))
        .containsPattern("dialkey.connections.dialled .*role=client.* 1")
        .containsPattern("dialkey.connections.accepted .*role=server.* 1")
        .containsPattern("dialkey.socket.bytes.received .*role=server.* 1[0-9]{6}");
    try (var server = ExampleProcess.start("Meters", "serve")) {
      assertThat(dialled("Meters", loopback(server.readLine()))).isEqualTo("sent 1048576 bytes");
      assertThat(server.readLine()).startsWith("dialkey.connections.accepted ");
      server.terminate();
      assertThat(server.restOfOutput()).contains("dialkey.socket.bytes.received ");
      assertThat(server.awaitExit()).isEqualTo(TERMINATED);
    }
  }

  @Test
  void everyExampleIsTestedHereAndExplainedInTheReadme() throws IOException {
    String tests =
        Files.readString(Path.of("src/test/java/dev/dialkey/examples/ExamplesTest.java"));
    String readme = Files.readString(Path.of("README.md"));
    List<String> names = names();
    assertThat(names).hasSizeGreaterThan(6);
    for (String name : names) {
      assertThat(tests).contains("alone(\"" + name + "\")");
      assertThat(readme).contains("examples/run " + name + "\n");
    }
  }

  private static List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("src/main/java/dev/dialkey/examples"))) {
      return files
          .map(file -> file.getFileName().toString().replace(".java", ""))
          .filter(name -> !name.equals("package-info"))
          .toList();
    }
  }

  private static String alone(String name) throws Exception {
    try (var example = ExampleProcess.start(name)) {
      return outputOf(example);
    }
  }

  private static String dialled(String name, String... args) throws Exception {
    try (var example = ExampleProcess.start(name, args)) {
      return outputOf(example);
    }
  }

  private static String outputOf(ExampleProcess example) throws Exception {
    String output = example.restOfOutput();
    assertThat(example.awaitExit()).as(example.err()).isZero();
    assertThat(example.err()).isEmpty();
    return output;
  }

  private static void assertEndsWhenAsked(ExampleProcess server) throws Exception {
    server.terminate();
    assertThat(server.awaitExit()).as(server.err()).isEqualTo(TERMINATED);
    assertThat(server.restOfOutput()).isEmpty();
    assertThat(server.err()).isEmpty();
  }

  /** The ticket's endpoint on the loopback address alone: tests talk to nobody else. */
  private static String loopback(String line) {
    EndpointAddr addr = EndpointTicket.parse(line).addr();
    int port =
        addr.ipAddrs().stream()
            .filter(address -> address.getAddress() instanceof Inet4Address)
            .findFirst()
            .orElseThrow()
            .getPort();
    var here = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    return EndpointTicket.of(EndpointAddr.of(addr.id()).withIp(here)).toString();
  }
}
