package dev.dialkey.cli.pipe;

import dev.dialkey.Endpoint;
import dev.dialkey.EndpointBuilder;
import dev.dialkey.Presets;
import dev.dialkey.addressing.Alpn;
import dev.dialkey.addressing.SecretKey;
import dev.dialkey.cli.shell.Identity;
import dev.dialkey.cli.shell.Shell;
import dev.dialkey.cli.shell.SocketAddress;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What all pipes take: where to bind, and the protocol. Filled by the command line. */
final class PipeOptions {
  @Option(
      names = "--ipv4-addr",
      paramLabel = "ADDR:PORT",
      converter = SocketAddress.class,
      description = "IPv4 UDP address of our own, in place of any address and port.")
  private @Nullable InetSocketAddress ipv4;

  @Option(
      names = "--ipv6-addr",
      paramLabel = "[ADDR]:PORT",
      converter = SocketAddress.class,
      description = "IPv6 UDP address of our own, in place of any address and port.")
  private @Nullable InetSocketAddress ipv6;

  @Option(
      names = "--custom-alpn",
      paramLabel = "ALPN",
      description = {
        "Another protocol, in hexadecimal digits or as utf8:TEXT. Its streams carry",
        "nothing but the data: the side that opens one has to send first."
      })
  private @Nullable String customAlpn;

  /**
   * The protocol to speak.
   *
   * @throws ParameterException when the user named one that cannot be
   */
  PipeProtocol protocol(CommandSpec spec) {
    String text = customAlpn;
    if (text == null) {
      return PipeProtocol.DEFAULT;
    }
    try {
      return PipeProtocol.custom(text);
    } catch (IllegalArgumentException e) {
      String message = "--custom-alpn takes hexadecimal digits or utf8:TEXT: " + e.getMessage();
      throw new ParameterException(spec.commandLine(), message, e);
    }
  }

  /**
   * Binds an endpoint with the user's identity.
   *
   * @param accepted the protocols it accepts
   */
  Endpoint bind(Shell shell, CommandSpec spec, Alpn... accepted) throws IOException {
    EndpointBuilder builder = Endpoint.builder(Presets.minimal()).alpns(accepted);
    bindAddr(builder, spec, "--ipv4-addr", ipv4, Inet4Address.class);
    bindAddr(builder, spec, "--ipv6-addr", ipv6, Inet6Address.class);
    try (SecretKey key = Identity.keptOrShown(shell, spec)) {
      return builder.secretKey(key).bind();
    }
  }

  private static void bindAddr(
      EndpointBuilder builder,
      CommandSpec spec,
      String option,
      @Nullable InetSocketAddress address,
      Class<? extends InetAddress> family) {
    if (address == null) {
      return;
    }
    if (!family.isInstance(address.getAddress())) {
      String message = option + " takes an address of its own family, not " + address;
      throw new ParameterException(spec.commandLine(), message);
    }
    builder.bindAddr(address);
  }
}
