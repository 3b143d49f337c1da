package dev.dialkey.bench.harness.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dialkey.bench.harness.LoopbackPeers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PeerPairTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @Test
  void bothEndsAnswerAndTheirTimeIsCounted() throws Exception {
    try (PeerPair pair = start(List.of(), List.of())) {
      PeerPair.Use before = pair.use();
      assertThat(pair.askClient("bulk 100000000", LIMIT)).isInstanceOf(Reply.Ok.class);
      assertThat(pair.askServer("stats", LIMIT)).isInstanceOf(Reply.Ok.class);
      PeerPair.Use use = pair.use().since(before);
      // A hundred megabytes through the kernel cannot cost less than a millisecond at either end.
      assertThat(use.server().cpuSeconds()).isGreaterThan(0.001);
      assertThat(use.client().cpuSeconds()).isGreaterThan(0.001);
    }
  }

  @Test
  void bothProcessesEndWithThePair() throws Exception {
    List<ProcessHandle> before = ProcessHandle.current().children().toList();
    List<ProcessHandle> started;
    try (PeerPair pair = start(List.of(), List.of())) {
      started =
          ProcessHandle.current().children().filter(child -> !before.contains(child)).toList();
      assertThat(pair.use().cpuSeconds()).isPositive();
    }
    assertThat(started).hasSize(2).noneMatch(ProcessHandle::isAlive);
  }

  @Test
  void aServerThatDiesIsToldInsteadOfTheClientThatWaits() throws Exception {
    try (PeerPair pair = start(List.of("--on", "stats=die"), List.of("--on", "bulk=hang"))) {
      assertThatThrownBy(() -> pair.askServer("stats", LIMIT))
          .isInstanceOf(PeerFailedException.class)
          .hasMessageContaining("test (server) ended with exit code 7");
      assertThatThrownBy(() -> pair.askClient("bulk 1", LIMIT))
          .isInstanceOf(PeerFailedException.class)
          .hasMessageContaining("test (server) ended with exit code 7")
          .hasMessageContaining("asked for stats");
      assertThatThrownBy(pair::use)
          .isInstanceOf(PeerFailedException.class)
          .hasMessageContaining("while nothing was asked of it");
    }
  }

  @Test
  void anAnswerOutsideOfTheContractEndsIt() throws Exception {
    try (PeerPair pair = start(List.of(), List.of("--on", "lat=babble"))) {
      assertThatThrownBy(() -> pair.askClient("lat 5", LIMIT))
          .isInstanceOf(PeerFailedException.class)
          .hasMessageContaining("answered 'well, lat 5' to 'lat 5'");
    }
  }

  @Test
  void aClientThatDoesNotStartTakesTheServerWithIt() {
    assertThatThrownBy(() -> start(List.of(), List.of("--on", "start=die")))
        .isInstanceOf(PeerFailedException.class)
        .hasMessageContaining("test (client) ended with exit code 3")
        .hasMessageContaining("does not want to live");
  }

  @Test
  void aProgramThatIsNotThereIsToldAtOnce() throws Exception {
    var commands =
        new PeerPair.Commands("test", List.of(Path.of("no", "such").toString()), List.of("x"));
    SystemClock clock = SystemClock.open();
    assertThatThrownBy(() -> PeerPair.start(commands, clock, LIMIT))
        .isInstanceOf(PeerFailedException.class)
        .hasMessageContaining("test (server) did not start");
  }

  private static PeerPair start(List<String> serverOptions, List<String> clientOptions)
      throws Exception {
    List<String> server = LoopbackPeers.command("server", "--port", "0");
    server.addAll(serverOptions);
    List<String> client = LoopbackPeers.command("client");
    client.addAll(clientOptions);
    return PeerPair.start(new PeerPair.Commands("test", server, client), SystemClock.open(), LIMIT);
  }
}
