package dev.dialkey.cli.pipe;

import dev.dialkey.Endpoint;
import dev.dialkey.addressing.EndpointAddr;
import dev.dialkey.addressing.EndpointTicket;
import dev.dialkey.addressing.TransportAddr;
import dev.dialkey.cli.shell.Shell;
import dev.dialkey.cli.shell.Verbosity;

/**
 * Tells on standard error how to reach a listener. The ticket is the last word, for scripts look
 * there.
 */
final class Invitation {

  private Invitation() {}

  /**
   * Prints it.
   *
   * @param counterpart what the other side has to type in front of the ticket
   */
  static void print(
      Shell shell, Verbosity verbosity, Endpoint endpoint, String first, String counterpart) {
    EndpointAddr addr = endpoint.addr();
    shell.tell(first);
    shell.tell(shell.command() + " " + counterpart + " " + EndpointTicket.of(addr));
    if (verbosity.isVerbose()) {
      shell.tell("or:");
      shell.tell(shell.command() + " " + counterpart + " " + shortForm(addr));
    }
  }

  /** Without IP addresses, which go stale: of use where relays or address look-up find the id. */
  private static EndpointTicket shortForm(EndpointAddr addr) {
    return EndpointTicket.of(addr.filter(TransportAddr.Relay.class::isInstance));
  }
}
