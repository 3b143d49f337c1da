package dev.dialkey.bench.harness;

import dev.dialkey.bench.harness.process.PeerPair;
import dev.dialkey.bench.harness.result.Workload;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A pair that is measured: who serves, and who connects and sends.
 *
 * @param name on the command line and in results
 * @param description for people
 * @param server who serves
 * @param client who connects; in bulk transfers it sends
 * @param work what it can do
 */
record Peer(String name, String description, End server, End client, Set<Workload> work) {

  Peer {
    work = EnumSet.copyOf(work);
  }

  /**
   * One end.
   *
   * @param program what runs
   * @param options what this pair wants of it
   */
  record End(Program program, List<String> options) {
    End {
      options = List.copyOf(options);
    }

    static End of(Program program, String... options) {
      return new End(program, List.of(options));
    }

    private List<String> command(Installation installation, String... role) {
      List<String> command = new ArrayList<>(program.command(installation));
      command.addAll(List.of(role));
      command.addAll(options);
      return command;
    }
  }

  /** How to start it. */
  PeerPair.Commands commands(Installation installation) {
    return new PeerPair.Commands(
        name,
        server.command(installation, "server", "--port", "0"),
        client.command(installation, "client"));
  }

  /** Why it cannot be started, and what to do about it; empty if it can. */
  Optional<String> obstacle(Installation installation) {
    return server
        .program()
        .obstacle(installation)
        .or(() -> client.program().obstacle(installation));
  }

  /** The native programs that it needs. */
  List<String> nativePrograms() {
    List<String> names = new ArrayList<>();
    for (End end : List.of(server, client)) {
      if (end.program() instanceof Program.Native program && !names.contains(program.name())) {
        names.add(program.name());
      }
    }
    return names;
  }
}
