package dev.dialkey.bench.peer;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.util.Optional;

/** Runs a peer as the process that it is measured in. */
final class PeerMain {

  private static final int FAILED = 1;
  private static final int MISUSED = 2;

  private final Peer peer;
  private final BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, UTF_8));
  private final PrintStream answers =
      new PrintStream(new FileOutputStream(FileDescriptor.out), true, UTF_8);

  private PeerMain(Peer peer) {
    this.peer = peer;
  }

  /**
   * Ends the process when standard input ends; threads that a transport left running do not hold
   * it.
   */
  static void run(Peer peer, String... arguments) {
    // What a library prints must not come between the answers.
    System.setOut(System.err);
    Thread.currentThread()
        .setUncaughtExceptionHandler((_, failure) -> {
          failure.printStackTrace();
          System.exit(FAILED);
        });
    System.exit(new PeerMain(peer).exitStatus(arguments));
  }

  private int exitStatus(String... arguments) {
    Optional<Role> role = Role.of(arguments);
    if (role.isEmpty()) {
      System.err.println(Role.USAGE);
      return MISUSED;
    }
    try {
      switch (role.get()) {
        case Role.Server(InetSocketAddress address) -> serve(address);
        case Role.Client(InetSocketAddress server) -> connect(server);
      }
      return 0;
    } catch (IOException | InterruptedException e) {
      System.err.println("the peer failed: " + e);
      return FAILED;
    }
  }

  private void serve(InetSocketAddress address) throws IOException, InterruptedException {
    try (PeerServer server = peer.serve(address)) {
      answers.println("READY 127.0.0.1:" + server.port());
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        answers.println(HeapStats.answer(line));
      }
    }
  }

  private void connect(InetSocketAddress server) throws IOException, InterruptedException {
    try (PeerClient client = peer.connect(server)) {
      CommandRunner runner = new CommandRunner(client);
      answers.println("READY");
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        answers.println(runner.run(line));
      }
    }
  }
}
