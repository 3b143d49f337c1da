package dev.dialkey.bindings;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Finds and loads the native library: the file named by {@value #PATH_PROPERTY}, then {@code
 * java.library.path}, then the copy that the native jar brings as a resource. The first that is
 * there is used or reported; a broken one is never passed over for the next.
 */
final class NativeFinder {
  static final String PATH_PROPERTY = "dialkey.native.path";
  private static final String LIBRARY = "dialkey";

  /** Nothing requires it, so the JVM leaves it out unless it is told. */
  private static final String NATIVE_MODULE = "dev.dialkey.natives";

  private final Properties properties;
  private final Map<String, String> environment;
  private final SymbolLookup systemLibraries;

  NativeFinder(Properties properties, Map<String, String> environment) {
    this(properties, environment, Linker.nativeLinker().defaultLookup());
  }

  NativeFinder(
      Properties properties, Map<String, String> environment, SymbolLookup systemLibraries) {
    this.properties = properties;
    this.environment = environment;
    this.systemLibraries = systemLibraries;
  }

  /** Loads it and says from where. */
  String load() throws NativeLoadException {
    String explicit = properties.getProperty(PATH_PROPERTY);
    if (explicit != null) {
      return load(explicitFile(explicit), "-D" + PATH_PROPERTY);
    }
    Path onPath = onLibraryPath();
    if (onPath != null) {
      return load(onPath, "java.library.path");
    }
    return load(extracted(), "class path");
  }

  /** The platform as it stands in resource names, like {@code linux-x86_64-musl}. */
  String platform() {
    String os = properties.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String arch = properties.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    String osName = os.startsWith("windows") ? "windows" : os.startsWith("mac") ? "macos" : os;
    String archName = arch.equals("amd64") ? "x86_64" : arch.equals("arm64") ? "aarch64" : arch;
    String libc = osName.equals("linux") && isMusl() ? "-musl" : "";
    return osName.replace(' ', '_') + "-" + archName + libc;
  }

  /**
   * Whether this JVM runs on musl instead of glibc, which no system property tells: it has a C
   * library, but not what glibc alone has. Files of the system do not tell, for both may be
   * installed.
   */
  private boolean isMusl() {
    return systemLibraries.find("malloc").isPresent()
        && systemLibraries.find("gnu_get_libc_version").isEmpty();
  }

  String resourceName() {
    return "META-INF/native/" + platform() + "/" + System.mapLibraryName(LIBRARY);
  }

  private static Path explicitFile(String name) throws NativeLoadException {
    try {
      Path file = Path.of(name).toAbsolutePath();
      if (Files.isRegularFile(file)) {
        return file;
      }
      throw new NativeLoadException(
          "-D" + PATH_PROPERTY + " names " + file + ", which is not a file");
    } catch (InvalidPathException e) {
      throw new NativeLoadException("-D" + PATH_PROPERTY + ": " + e.getMessage(), e);
    }
  }

  private @Nullable Path onLibraryPath() {
    String name = System.mapLibraryName(LIBRARY);
    for (String entry :
        properties.getProperty("java.library.path", "").split(File.pathSeparator, -1)) {
      Path file = entry.isEmpty() ? null : inFolder(entry, name);
      if (file != null && Files.isRegularFile(file)) {
        return file;
      }
    }
    return null;
  }

  private static @Nullable Path inFolder(String folder, String name) {
    try {
      return Path.of(folder, name).toAbsolutePath();
    } catch (InvalidPathException e) {
      // The JDK passes over what is no path in java.library.path, too.
      return null;
    }
  }

  private Path extracted() throws NativeLoadException {
    byte[] content = resource();
    return new NativeExtractor(NativeExtractor.directory(properties, environment))
        .extract(content, System.mapLibraryName(LIBRARY));
  }

  private byte[] resource() throws NativeLoadException {
    try (InputStream in = NativeFinder.class.getClassLoader().getResourceAsStream(resourceName())) {
      if (in != null) {
        return in.readAllBytes();
      }
    } catch (IOException e) {
      throw new NativeLoadException("cannot read " + resourceName(), e);
    }
    throw new NativeLoadException(
        "no native library for "
            + platform()
            + ": add the dependency dev.dialkey:dialkey-native with classifier "
            + platform()
            + " (resource "
            + resourceName()
            + "; on the module path also --add-modules "
            + NATIVE_MODULE
            + "), or name a library file with -D"
            + PATH_PROPERTY);
  }

  private static String load(Path file, String how) throws NativeLoadException {
    try {
      System.load(file.toString());
    } catch (IllegalCallerException e) {
      throw new NativeLoadException(
          "this JVM does not allow native access: start it with"
              + " --enable-native-access=dev.dialkey.bindings,"
              + " or =ALL-UNNAMED when Dialkey is on the class path",
          e);
    } catch (UnsatisfiedLinkError e) {
      throw new NativeLoadException(explain(file, e), e);
    }
    return file + " (" + how + ")";
  }

  private static String explain(Path file, UnsatisfiedLinkError e) {
    String text = String.valueOf(e.getMessage());
    if (text.contains("failed to map segment") || text.contains("Operation not permitted")) {
      return "cannot execute "
          + file
          + ": its directory is mounted noexec; choose another with -D"
          + NativeExtractor.DIRECTORY_PROPERTY
          + "=DIR";
    }
    if (text.contains("already loaded in another classloader")) {
      return file
          + " is in use by another class loader of this JVM: put Dialkey where both find it,"
          + " or give each its own -D"
          + PATH_PROPERTY;
    }
    return "cannot load " + file + ": " + text;
  }
}
