package dev.dialkey.cli.shell;

import dev.dialkey.addressing.AddressFormatException;
import dev.dialkey.addressing.EndpointTicket;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Reads tickets that people paste. Stateless. */
public final class Tickets {

  private Tickets() {}

  /**
   * The ticket; white space around it is ignored.
   *
   * @throws ParameterException when it is none: a usage error of the command
   */
  public static EndpointTicket parse(CommandSpec spec, String text) {
    try {
      return EndpointTicket.parse(text.strip());
    } catch (AddressFormatException e) {
      throw new ParameterException(
          spec.commandLine(),
          "this is no ticket: "
              + e.getMessage()
              + "; copy all of the line that the other side printed",
          e);
    }
  }
}
