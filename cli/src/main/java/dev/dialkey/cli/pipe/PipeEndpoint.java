package dev.dialkey.cli.pipe;

import dev.dialkey.Endpoint;
import dev.dialkey.cli.shell.Termination;
import java.io.IOException;

/**
 * The endpoint of a command that pipes, together with what Ctrl-C does to it: the command's thread
 * is interrupted, so that streams are reset and peers are told. Closed by the thread that made it.
 */
final class PipeEndpoint implements AutoCloseable {

  /** Makes the endpoint. */
  interface Binding {
    Endpoint bind() throws IOException;
  }

  private final Termination termination;
  private final Endpoint endpoint;

  private PipeEndpoint(Termination termination, Endpoint endpoint) {
    this.termination = termination;
    this.endpoint = endpoint;
  }

  /**
   * Binds the endpoint.
   *
   * @param interruptedCode the exit code after Ctrl-C
   */
  static PipeEndpoint bind(int interruptedCode, Binding binding) throws IOException {
    Termination termination = Termination.interrupts(interruptedCode);
    boolean bound = false;
    try {
      var pipe = new PipeEndpoint(termination, binding.bind());
      bound = true;
      return pipe;
    } finally {
      if (!bound) {
        termination.close();
      }
    }
  }

  Endpoint endpoint() {
    return endpoint;
  }

  @Override
  public void close() {
    boolean interrupted = Thread.interrupted(); // With the flag set nobody would wait for peers.
    try {
      endpoint.close();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      termination.close();
    }
  }
}
