package dev.dialkey.cli.doctor;

import dev.dialkey.bindings.NativeLibrary;
import dev.dialkey.bindings.NativeLoadException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** The Java runtime and the native library. Stateless. */
final class RuntimeChecks {
  private static final int OLDEST_JAVA = 22;

  private RuntimeChecks() {}

  static Finding java() {
    int version = Runtime.version().feature();
    int processors = Runtime.getRuntime().availableProcessors();
    Map<String, Object> data =
        Map.of(
            "version", Runtime.version().toString(),
            "vendor", System.getProperty("java.vendor", ""),
            "home", System.getProperty("java.home", ""),
            "system", System.getProperty("os.name", "") + " " + System.getProperty("os.arch", ""),
            "processors", processors);
    String text =
        "Java %s of %s on %s, %d processors"
            .formatted(Runtime.version(), data.get("vendor"), data.get("system"), processors);
    if (version < OLDEST_JAVA) {
      return Finding.broken("java", text, "install Java " + OLDEST_JAVA + " or newer");
    }
    if (processors < 2) {
      return Finding.improvable(
          "java",
          text,
          data,
          List.of("one processor carries both the network and the program: give it two"));
    }
    return Finding.good("java", text, data);
  }

  static Finding nativeAccess() {
    Module module = NativeLibrary.class.getModule();
    String name = module.isNamed() ? module.getName() : "ALL-UNNAMED";
    if (!module.isNativeAccessEnabled()) {
      return Finding.broken(
          "native-access",
          "not allowed, or only with a warning",
          "start Java with --enable-native-access=" + name);
    }
    return Finding.good(
        "native-access", "allowed for " + name, Map.of("enabled", true, "module", name));
  }

  static Finding nativeLibrary() {
    try {
      NativeLibrary library = NativeLibrary.load();
      String origin = library.origin();
      int how = origin.lastIndexOf(" (");
      String path = how < 0 ? origin : origin.substring(0, how);
      String hash = sha256(Path.of(path));
      return Finding.good(
          "native-library",
          library.info() + ", ABI " + library.abiVersion() + ", " + origin + ", SHA-256 " + hash,
          Map.of(
              "path", path,
              "origin", origin,
              "version", library.info(),
              "abi", library.abiVersion(),
              "sha256", hash));
    } catch (NativeLoadException e) {
      return Finding.broken("native-library", String.valueOf(e.getMessage()));
    }
  }

  private static String sha256(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      new DigestInputStream(in, digest).transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException e) {
      return "unknown (" + e.getMessage() + ")";
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JVM has SHA-256", e);
    }
  }
}
