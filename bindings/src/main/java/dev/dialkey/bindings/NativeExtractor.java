package dev.dialkey.bindings;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Properties;

/**
 * Puts the library into a directory of the user's own, in a folder named by its hash. A file is
 * never written in place: it is completed under a name of its own and moved over, so that a process
 * which has the old one mapped keeps it, and two processes that start at once both find a whole
 * one.
 */
final class NativeExtractor {
  static final String DIRECTORY_PROPERTY = "dialkey.native.dir";

  private final Path directory;

  NativeExtractor(Path directory) {
    this.directory = directory;
  }

  /** The directory to extract to: the property, else the user's cache directory. */
  static Path directory(Properties properties, Map<String, String> environment) {
    String chosen = properties.getProperty(DIRECTORY_PROPERTY);
    if (chosen != null) {
      return Path.of(chosen).toAbsolutePath();
    }
    for (String variable : new String[] {"XDG_CACHE_HOME", "LOCALAPPDATA"}) {
      String cache = environment.getOrDefault(variable, "");
      if (!cache.isEmpty() && Path.of(cache).isAbsolute()) {
        return Path.of(cache, "dialkey");
      }
    }
    return Path.of(properties.getProperty("user.home"), ".cache", "dialkey");
  }

  /** The file with this content, written if it is not there or damaged. */
  Path extract(byte[] content, String fileName) throws NativeLoadException {
    Path file = directory.resolve(sha256(content)).resolve(fileName);
    try {
      if (!holds(file, content)) {
        write(file, content);
      }
      return file;
    } catch (IOException e) {
      throw new NativeLoadException(
          "cannot extract the native library to "
              + file.getParent()
              + " ("
              + e
              + "); choose a directory with -D"
              + DIRECTORY_PROPERTY
              + "=DIR",
          e);
    }
  }

  private static boolean holds(Path file, byte[] content) throws IOException {
    return Files.isRegularFile(file)
        && Files.size(file) == content.length
        && Arrays.equals(Files.readAllBytes(file), content);
  }

  private static void write(Path file, byte[] content) throws IOException {
    Path folder = Files.createDirectories(file.getParent(), ownerOnly("rwx------"));
    Path whole = Files.createTempFile(folder, "new", ".tmp", ownerOnly("rwx------"));
    try {
      Files.write(whole, content);
      try {
        Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
      } catch (AtomicMoveNotSupportedException e) {
        throw new IOException("the file system cannot replace a file atomically", e);
      }
    } finally {
      Files.deleteIfExists(whole);
    }
  }

  private static FileAttribute<?>[] ownerOnly(String permissions) {
    boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    return posix
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }

  private static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
