package dev.dialkey.bench.harness;

import dev.dialkey.bench.harness.result.Workload;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Pairs of {@link LoopbackPeer}, and where they run from. */
public final class LoopbackPeers {
  private static final Program PROGRAM = new Program.Java(LoopbackPeer.class.getName(), List.of());

  private LoopbackPeers() {}

  static Peer pair(String name) {
    return faulty(name, List.of(), List.of());
  }

  static Peer faulty(String name, List<String> serverOptions, List<String> clientOptions) {
    return new Peer(
        name,
        "bytes over TCP",
        new Peer.End(PROGRAM, serverOptions),
        new Peer.End(PROGRAM, clientOptions),
        EnumSet.complementOf(EnumSet.of(Workload.DGRAM)));
  }

  /** The command line of an end, for tests of processes. */
  public static List<String> command(String... arguments) {
    List<String> command = new ArrayList<>(PROGRAM.command(installation()));
    command.addAll(List.of(arguments));
    return command;
  }

  static Installation installation() {
    return new Installation(
        Path.of("").toAbsolutePath(),
        Path.of(System.getProperty("java.home")),
        System.getProperty("java.class.path"),
        List.of("-XX:+UseSerialGC", "-Xmx64m", "-XX:TieredStopAtLevel=1"),
        Optional.empty(),
        Map.of());
  }
}
