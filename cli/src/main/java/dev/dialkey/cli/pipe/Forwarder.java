package dev.dialkey.cli.pipe;

import dev.dialkey.BiStream;
import dev.dialkey.cli.shell.Shell;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** Connects each stream of a peer with a socket of its own. Thread-safe. */
final class Forwarder implements StreamServer.Handler {
  private final Shell shell;
  private final PipeProtocol protocol;
  private final String name;
  private final List<? extends SocketAddress> targets;
  private final AtomicBoolean failing = new AtomicBoolean();

  /**
   * Creates it.
   *
   * @param name the target as the user calls it
   * @param targets its addresses, tried in turn
   */
  Forwarder(
      Shell shell, PipeProtocol protocol, String name, List<? extends SocketAddress> targets) {
    this.shell = shell;
    this.protocol = protocol;
    this.name = name;
    this.targets = List.copyOf(targets);
  }

  @Override
  public void serve(BiStream stream) throws IOException {
    try (stream) {
      protocol.expect(stream.recv());
      try (LocalEnd local = LocalEnd.ofSocket(connect())) {
        new Pump(stream, local).run();
      }
    } catch (BadGreetingException e) {
      stream.send().connection().close(); // Whatever this peer speaks, it is not for us.
      throw e;
    }
  }

  /** Tells once that the target is out of reach, not once for each stream of a stranger. */
  private SocketChannel connect() throws IOException {
    try {
      SocketChannel socket = connectToFirst();
      failing.set(false);
      return socket;
    } catch (IOException e) {
      if (!Thread.currentThread().isInterrupted() && !failing.getAndSet(true)) {
        shell.tell(
            "warning: cannot connect to '" + name + "' (" + e.getMessage() + "): is it started?");
      }
      throw e;
    }
  }

  private SocketChannel connectToFirst() throws IOException {
    IOException failure = new IOException("no address");
    for (SocketAddress target : targets) {
      try {
        return SocketChannel.open(target);
      } catch (IOException e) {
        failure = e;
      }
    }
    throw failure;
  }
}
