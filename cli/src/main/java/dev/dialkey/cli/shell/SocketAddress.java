package dev.dialkey.cli.shell;

import dev.dialkey.addressing.AddressFormatException;
import dev.dialkey.addressing.SocketAddrs;
import java.net.InetSocketAddress;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads an IP address with port; never looks a name up. */
public final class SocketAddress implements ITypeConverter<InetSocketAddress> {

  @Override
  public InetSocketAddress convert(String text) {
    try {
      return SocketAddrs.parse(text);
    } catch (AddressFormatException e) {
      throw new TypeConversionException(
          "'" + text + "' is no IP address with port, like 127.0.0.1:0 or [::1]:0");
    }
  }
}
