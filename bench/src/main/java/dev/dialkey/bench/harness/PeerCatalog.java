package dev.dialkey.bench.harness;

import dev.dialkey.bench.harness.Peer.End;
import dev.dialkey.bench.harness.result.Workload;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** All pairs that there are. */
final class PeerCatalog {
  static final String RAW = "raw-quiche";
  static final String DIALKEY = "dialkey";
  static final String IROH = "iroh";

  private static final String PEERS = "dev.dialkey.bench.peer.";

  private static final Program RAW_PROGRAM =
      new Program.Native(
          "perf-raw-quiche",
          "native/target/release/perf-raw-quiche",
          "(cd native && ./prepare && cargo rustc --release --locked -p perf-raw-quiche --bin"
              + " perf-raw-quiche -- -C lto=fat)");
  private static final Program IROH_PROGRAM =
      new Program.Native(
          "perf-iroh",
          "bench/peers/iroh/target/release/perf-iroh",
          "(cd bench/peers/iroh && cargo build --release --locked)");
  private static final Program DIALKEY_PROGRAM =
      new Program.Java("dev.dialkey.cli.Main", List.of("perf-peer"));

  private static final Set<Workload> BULK = EnumSet.of(Workload.BULK);
  private static final Set<Workload> REQUESTS =
      EnumSet.of(Workload.BULK, Workload.LAT, Workload.RPS, Workload.HS, Workload.HS16);

  /** Without a collector there is no garbage to count. */
  private static final Set<Workload> NATIVE = EnumSet.complementOf(EnumSet.of(Workload.GARBAGE));

  private static final Set<Workload> ALL = EnumSet.allOf(Workload.class);

  /** kwik has five and more platform threads per connection: two thousand are no measurement. */
  private static final Set<Workload> WITHOUT_IDLE = EnumSet.complementOf(EnumSet.of(Workload.IDLE));

  /** TLS over TCP has no datagrams; for each request in flight it keeps a connection. */
  private static final Set<Workload> TLS = EnumSet.complementOf(EnumSet.of(Workload.DGRAM));

  private static final List<Peer> DEFAULT =
      List.of(
          same(RAW, "loop over quiche in Rust: the reference", RAW_PROGRAM, NATIVE),
          same(DIALKEY, "Dialkey, virtual threads", DIALKEY_PROGRAM, ALL),
          new Peer(
              "dialkey-platform",
              "Dialkey, platform threads",
              End.of(DIALKEY_PROGRAM, "--threads", "platform"),
              End.of(DIALKEY_PROGRAM, "--threads", "platform"),
              REQUESTS),
          new Peer(
              "dialkey-64k",
              "Dialkey, 64 KiB writes through OutputStream",
              End.of(DIALKEY_PROGRAM),
              End.of(DIALKEY_PROGRAM, "--write", "64KiB", "--output-stream"),
              BULK),
          new Peer(
              "dialkey-single-path",
              "Dialkey without multipath",
              End.of(DIALKEY_PROGRAM, "--single-path"),
              End.of(DIALKEY_PROGRAM, "--single-path"),
              EnumSet.of(Workload.BULK, Workload.IDLE)),
          same(IROH, "iroh", IROH_PROGRAM, NATIVE),
          mixed("dialkey-to-iroh", "Dialkey sends to iroh", DIALKEY_PROGRAM, IROH_PROGRAM),
          mixed("iroh-to-dialkey", "iroh sends to Dialkey", IROH_PROGRAM, DIALKEY_PROGRAM),
          same("netty", "Netty QUIC", java("NettyQuicPeer"), ALL),
          same("kwik", "kwik", java("KwikPeer"), WITHOUT_IDLE),
          same("tls", "TLS of the JDK over TCP: the floor", java("TlsPeer"), TLS));

  private static final List<Peer> ON_REQUEST =
      List.of(
          mixed("dialkey-to-raw", "Dialkey sends to raw quiche", DIALKEY_PROGRAM, RAW_PROGRAM),
          mixed("raw-to-dialkey", "raw quiche sends to Dialkey", RAW_PROGRAM, DIALKEY_PROGRAM),
          mixed("raw-to-iroh", "raw quiche sends to iroh", RAW_PROGRAM, IROH_PROGRAM),
          mixed("iroh-to-raw", "iroh sends to raw quiche", IROH_PROGRAM, RAW_PROGRAM));

  private PeerCatalog() {}

  /** Those of a run that names none. */
  static List<Peer> defaults() {
    return DEFAULT;
  }

  /** All, those included that run only when they are named. */
  static List<Peer> all() {
    return Stream.of(DEFAULT, ON_REQUEST).flatMap(List::stream).toList();
  }

  /** The pair of that name. */
  static Optional<Peer> find(String name) {
    return all().stream().filter(peer -> peer.name().equals(name)).findAny();
  }

  private static Program java(String peerClass) {
    return new Program.Java(PEERS + peerClass, List.of());
  }

  private static Peer same(String name, String description, Program program, Set<Workload> work) {
    return new Peer(name, description, End.of(program), End.of(program), work);
  }

  private static Peer mixed(String name, String description, Program sender, Program receiver) {
    return new Peer(name, description, End.of(receiver), End.of(sender), BULK);
  }
}
