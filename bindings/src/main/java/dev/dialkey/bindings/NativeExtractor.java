package dev.dialkey.bindings;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * Puts the library into a directory of the user's own, in a folder named by its hash. A file is
 * never written in place: it is completed under a name of its own and moved over, so that a process
 * which has the old one mapped keeps it, and two processes that start at once both find a whole
 * one.
 *
 * <p>What is executed must not be for others to choose. The directory and the folder in it are made
 * for this user alone; those that exist are refused when they belong to another user than this one
 * and root, or when their group or everybody may write to them. The directory may be a symbolic
 * link, the folder not. A file in the folder is used only if it is a plain file of the same kind
 * with exactly our content; anything else that stands under its name is replaced, a link without
 * touching what it points to, or is an error. Folders above the directory are not looked at: who
 * names a directory with {@value #DIRECTORY_PROPERTY} vouches for the way to it.
 */
final class NativeExtractor {
  static final String DIRECTORY_PROPERTY = "dialkey.native.dir";

  private static final String REMEDY = "choose a directory with -D" + DIRECTORY_PROPERTY + "=DIR";

  private final Path directory;

  NativeExtractor(Path directory) {
    this.directory = directory;
  }

  /** The directory to extract to: the property, else the user's cache directory. */
  static Path directory(Properties properties, Map<String, String> environment)
      throws NativeLoadException {
    String chosen = properties.getProperty(DIRECTORY_PROPERTY);
    if (chosen != null) {
      if (chosen.isBlank()) {
        throw new NativeLoadException("-D" + DIRECTORY_PROPERTY + " names no directory");
      }
      return path(chosen).toAbsolutePath();
    }
    for (String variable : new String[] {"XDG_CACHE_HOME", "LOCALAPPDATA"}) {
      String cache = environment.getOrDefault(variable, "");
      if (!cache.isEmpty() && path(cache).isAbsolute()) {
        return path(cache).resolve("dialkey");
      }
    }
    // The JDK reports "?" for a user without a home, as containers have them.
    Path home = path(properties.getProperty("user.home", ""));
    if (!home.isAbsolute()) {
      throw new NativeLoadException(
          "no place to extract the native library to, for this user has no home directory; "
              + REMEDY);
    }
    return home.resolve(".cache").resolve("dialkey");
  }

  /** The file with this content, written if it is not there or damaged. */
  Path extract(byte[] content, String fileName) throws NativeLoadException {
    Path folder = directory.resolve(sha256(content));
    Path file = folder.resolve(fileName);
    Optional<String> objection;
    try {
      OwnerCheck check = OwnerCheck.ofThisUser();
      Files.createDirectories(folder, ownerOnly());
      objection = objection(check, folder);
      if (objection.isEmpty() && !holds(check, file, content)) {
        write(file, content);
      }
    } catch (IOException e) {
      throw new NativeLoadException(
          "cannot extract the native library to " + folder + " (" + e + "); " + REMEDY, e);
    }
    if (objection.isPresent()) {
      throw new NativeLoadException(
          "refusing to load native code from "
              + folder
              + ": "
              + objection.get()
              + "; "
              + REMEDY
              + " that only you can write to");
    }
    return file;
  }

  private Optional<String> objection(OwnerCheck check, Path folder) throws IOException {
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.of("it is a symbolic link");
    }
    Optional<String> ofDirectory = check.objection(directory);
    return ofDirectory.isPresent()
        ? ofDirectory.map(text -> directory + " " + text)
        : check.objection(folder, LinkOption.NOFOLLOW_LINKS).map(text -> "it " + text);
  }

  private static boolean holds(OwnerCheck check, Path file, byte[] content) throws IOException {
    return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
        && check.objection(file, LinkOption.NOFOLLOW_LINKS).isEmpty()
        && Files.size(file) == content.length
        && Arrays.equals(Files.readAllBytes(file), content);
  }

  private static void write(Path file, byte[] content) throws IOException {
    Path whole = Files.createTempFile(file.getParent(), "new", ".tmp", ownerOnly());
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

  private static FileAttribute<?>[] ownerOnly() {
    boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    return posix
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
        }
        : new FileAttribute<?>[0];
  }

  private static Path path(String text) throws NativeLoadException {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new NativeLoadException("not a path: " + e.getMessage() + "; " + REMEDY, e);
    }
  }

  private static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
