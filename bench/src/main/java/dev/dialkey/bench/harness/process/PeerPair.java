package dev.dialkey.bench.harness.process;

import dev.dialkey.bench.harness.result.ProcessUse;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A server and the client that is connected to it. For one thread. */
public final class PeerPair implements AutoCloseable {
  private final PeerProcess server;
  private final PeerProcess client;
  private final ProcessMeter serverMeter;
  private final ProcessMeter clientMeter;

  private PeerPair(PeerProcess server, PeerProcess client, SystemClock clock) throws IOException {
    this.server = server;
    this.client = client;
    this.serverMeter = ProcessMeter.of(server.pid(), clock);
    this.clientMeter = ProcessMeter.of(client.pid(), clock);
    server.whenEnded(client::stopWaiting);
  }

  /**
   * How to start a pair.
   *
   * @param name for messages
   * @param server the server's whole command line
   * @param client the client's, to which the server's arguments are added
   */
  public record Commands(String name, List<String> server, List<String> client) {
    public Commands {
      server = List.copyOf(server);
      client = List.copyOf(client);
    }
  }

  /** What both processes used. */
  public record Use(ProcessUse server, ProcessUse client) {

    /** The use since an earlier sample. */
    public Use since(Use earlier) {
      return new Use(server.since(earlier.server), client.since(earlier.client));
    }

    /** CPU time of both. */
    public double cpuSeconds() {
      return server.cpuSeconds() + client.cpuSeconds();
    }
  }

  /** Starts both and waits until they are connected. */
  public static PeerPair start(Commands commands, SystemClock clock, Duration limit)
      throws IOException, InterruptedException {
    PeerProcess server = PeerProcess.start(commands.name() + " (server)", commands.server());
    PeerProcess client = null;
    boolean isDone = false;
    try {
      String arguments = server.awaitReady(limit);
      List<String> clientCommand = new ArrayList<>(commands.client());
      if (!arguments.isEmpty()) {
        clientCommand.addAll(List.of(arguments.split("\\s+", -1)));
      }
      client = PeerProcess.start(commands.name() + " (client)", clientCommand);
      client.awaitReady(limit);
      var pair = new PeerPair(server, client, clock);
      isDone = true;
      return pair;
    } finally {
      if (!isDone) {
        closeBoth(server, client);
      }
    }
  }

  /** Sends a command to the client. */
  public Reply askClient(String command, Duration limit) throws IOException, InterruptedException {
    try {
      return client.ask(command, limit);
    } catch (PeerFailedException e) {
      // Where the server died, its last words tell more than the client that waits in vain.
      server.requireAlive(e);
      throw e;
    }
  }

  /** Sends a command to the server. */
  public Reply askServer(String command, Duration limit) throws IOException, InterruptedException {
    return server.ask(command, limit);
  }

  /** Running totals of both. */
  public Use use() throws IOException, InterruptedException {
    return new Use(server.use(serverMeter), client.use(clientMeter));
  }

  @Override
  public void close() {
    closeBoth(server, client);
  }

  private static void closeBoth(PeerProcess server, @Nullable PeerProcess client) {
    if (client != null) {
      client.close();
    }
    server.close();
  }
}
