package dev.dialkey.cli.pipe;

import java.net.UnixDomainSocketAddress;
import java.nio.file.InvalidPathException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the path of a Unix socket. */
final class UnixSocketAddress implements ITypeConverter<UnixDomainSocketAddress> {

  @Override
  public UnixDomainSocketAddress convert(String text) {
    try {
      return UnixDomainSocketAddress.of(text);
    } catch (InvalidPathException e) {
      throw new TypeConversionException("it is no path: " + e.getMessage());
    }
  }
}
