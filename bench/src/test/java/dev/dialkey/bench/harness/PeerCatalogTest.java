package dev.dialkey.bench.harness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.bench.harness.result.Workload;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PeerCatalogTest {
  private static final Installation INSTALLATION =
      new Installation(
          Path.of("/tree"),
          Path.of("/jdk"),
          "a.jar:b.jar",
          Installation.Collector.SERIAL.options(),
          Optional.of(Path.of("/tree/libdialkey.so")),
          Map.of("perf-iroh", Path.of("/elsewhere/perf-iroh")));

  @Test
  void namesAreUnique() {
    assertThat(PeerCatalog.all().stream().map(Peer::name)).doesNotHaveDuplicates();
  }

  @Test
  void senderOfAMixedPairIsTheClient() {
    var commands = PeerCatalog.find("dialkey-to-iroh").orElseThrow().commands(INSTALLATION);
    assertThat(commands.server()).containsExactly("/elsewhere/perf-iroh", "server", "--port", "0");
    assertThat(commands.client())
        .containsExactly(
            "/jdk/bin/java",
            "-XX:+UseSerialGC",
            "-Xmx512m",
            "-Djdk.virtualThreadScheduler.parallelism="
                + Math.max(1, Runtime.getRuntime().availableProcessors() / 2),
            "-Xlog:disable",
            "-Xlog:all=error:stderr",
            "--enable-native-access=ALL-UNNAMED",
            "-Ddialkey.native.path=/tree/libdialkey.so",
            "-cp",
            "a.jar:b.jar",
            "dev.dialkey.cli.Main",
            "perf-peer",
            "client");
  }

  @Test
  void smallWritesAreTheClientsBusinessAlone() {
    var commands = PeerCatalog.find("dialkey-64k").orElseThrow().commands(INSTALLATION);
    assertThat(commands.client()).endsWith("client", "--write", "64KiB", "--output-stream");
    assertThat(commands.server()).endsWith("server", "--port", "0");
  }

  @Test
  void aProgramThatIsNotThereSaysHowToBuildIt() {
    assertThat(PeerCatalog.find("raw-quiche").orElseThrow().obstacle(INSTALLATION).orElseThrow())
        .contains("/tree/native/target/release/perf-raw-quiche")
        .contains("cargo rustc --release --locked -p perf-raw-quiche");
  }

  @Test
  void onlyPeersWithAHeapAreAskedForGarbage() {
    assertThat(
            PeerCatalog.all().stream()
                .filter(peer -> peer.work().contains(Workload.GARBAGE))
                .filter(peer -> !peer.nativePrograms().isEmpty()))
        .isEmpty();
  }

  @Test
  void pairsKnowWhatCargoHasToBuild() {
    assertThat(PeerCatalog.find("iroh-to-raw").orElseThrow().nativePrograms())
        .isEqualTo(List.of("perf-raw-quiche", "perf-iroh"));
    assertThat(PeerCatalog.find("dialkey").orElseThrow().nativePrograms()).isEmpty();
  }
}
