package dev.dialkey.cli.testpeer;

import dev.dialkey.Endpoint;
import dev.dialkey.EndpointBuilder;
import dev.dialkey.Presets;
import dev.dialkey.addressing.AddressFormatException;
import dev.dialkey.addressing.Alpn;
import dev.dialkey.addressing.SecretKey;
import dev.dialkey.cli.shell.SocketAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Options of both sides. Filled by the command line. */
@SuppressWarnings("UnusedVariable") // Part of the contract with test drivers, for relays to come.
final class PeerOptions {
  @Option(names = "--relay", paramLabel = "URL", description = "Home relay; not supported yet.")
  private @Nullable String relay;

  @Option(names = "--ca", paramLabel = "FILE", description = "Root certificate of the relay.")
  private @Nullable String ca;

  @Option(
      names = "--secret",
      paramLabel = "HEX",
      description = "Secret key; without it a new one is made.")
  private @Nullable String secret;

  @Option(names = "--qad-port", paramLabel = "N", description = "Not supported yet: ignored.")
  private int qadPort;

  @Option(
      names = "--portmap",
      paramLabel = "on|off",
      defaultValue = "off",
      description = "Not supported yet: ignored.")
  private String portmap = "off";

  @Option(
      names = "--bind",
      paramLabel = "ADDR:PORT",
      converter = SocketAddress.class,
      description = "UDP address of our own in place of all; once per address family.")
  private List<InetSocketAddress> binds = List.of();

  /** Whether the user asks for what does not exist yet. */
  boolean wantsRelay() {
    return relay != null;
  }

  /**
   * The identity; the caller closes it.
   *
   * @throws ParameterException when the user's is no key
   */
  SecretKey key(CommandSpec spec) {
    String text = secret;
    try {
      return text == null ? SecretKey.generate() : SecretKey.parse(text);
    } catch (AddressFormatException e) {
      String message = "--secret is no secret key: " + e.getMessage();
      throw new ParameterException(spec.commandLine(), message, e);
    }
  }

  Endpoint bind(SecretKey key, Alpn... accepted) throws IOException {
    EndpointBuilder builder =
        Endpoint.builder(binds.isEmpty() ? Presets.minimal() : Presets.empty())
            .secretKey(key)
            .alpns(accepted);
    binds.forEach(builder::bindAddr);
    return builder.bind();
  }
}
