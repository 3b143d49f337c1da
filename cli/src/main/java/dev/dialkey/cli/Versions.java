package dev.dialkey.cli;

import dev.dialkey.bindings.NativeLibrary;
import dev.dialkey.bindings.NativeLoadException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints; also says when the native library cannot be used. */
final class Versions implements IVersionProvider {

  @Override
  public String[] getVersion() throws IOException {
    return new String[] {
      "Dialkey " + own(),
      "native library: " + nativeLibrary(),
      "Java " + Runtime.version() + " on " + System.getProperty("os.name", "an unknown system")
    };
  }

  private static String own() throws IOException {
    var properties = new Properties();
    try (InputStream in = Versions.class.getResourceAsStream("version.properties")) {
      if (in != null) {
        properties.load(in);
      }
    }
    return properties.getProperty("version", "of an unknown version");
  }

  private static String nativeLibrary() {
    try {
      NativeLibrary library = NativeLibrary.load();
      return library.info() + ", ABI " + library.abiVersion();
    } catch (NativeLoadException e) {
      return "not usable: " + e.getMessage();
    }
  }
}
