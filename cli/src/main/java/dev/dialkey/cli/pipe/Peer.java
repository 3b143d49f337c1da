package dev.dialkey.cli.pipe;

import dev.dialkey.addressing.EndpointAddr;
import dev.dialkey.cli.shell.Shell;
import dev.dialkey.cli.shell.Tickets;
import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;

/** Whom a ticket names. Stateless. */
final class Peer {

  private Peer() {}

  /**
   * Reads a ticket.
   *
   * @throws IOException when nobody could be dialled by it
   * @throws picocli.CommandLine.ParameterException when it is no ticket
   */
  static EndpointAddr of(Shell shell, CommandSpec spec, String ticket) throws IOException {
    EndpointAddr peer = Tickets.parse(spec, ticket).addr();
    if (peer.ipAddrs().isEmpty()) {
      String holds = peer.relayUrls().isEmpty() ? "an endpoint id alone" : "an id and a relay";
      throw new IOException(
          "the ticket holds "
              + holds
              + " and no IP address; this version neither looks addresses up nor uses relays yet:"
              + " take the ticket that '"
              + shell.command()
              + " listen' prints on the other side");
    }
    return peer;
  }
}
