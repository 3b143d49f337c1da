package dev.dialkey.bindings;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** What a test needs of the machine, and skips with a reason where it is missing. */
final class Platform {
  /** A place where a file system is mounted for a while. */
  interface MountedWork {
    void run(Path mounted) throws Exception;
  }

  private Platform() {}

  /** The library file that this JVM runs on. */
  static Path library() throws IOException {
    String origin = NativeLibrary.load().origin();
    return Path.of(origin.substring(0, origin.lastIndexOf(" (")));
  }

  /** A class-path root with the library as the native jar holds it. */
  static Path resourceRoot(Path under) throws IOException {
    Path root = under.resolve("native-jar");
    Path file = root.resolve(new NativeFinder(System.getProperties(), Map.of()).resourceName());
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    Files.copy(library(), file);
    return root;
  }

  static void requirePosix(Path folder) throws IOException {
    assumeTrue(Files.getFileStore(folder).supportsFileAttributeView("posix"), "no POSIX files");
  }

  static void requireRoot() throws IOException {
    Path self = Path.of("/proc/self");
    assumeTrue(
        Files.exists(self) && Files.getAttribute(self, "unix:uid").equals(0), "not run by root");
  }

  /** Compiles a library from C. */
  static void compile(Path source, Path library) throws IOException {
    assumeTrue(succeeds("gcc", "--version"), "there is no gcc");
    if (!succeeds("gcc", "-shared", "-fPIC", "-o", library.toString(), source.toString())) {
      throw new AssertionError("gcc does not compile " + Files.readString(source));
    }
  }

  /** Runs with a fresh tmpfs mounted with the options. */
  static void withTmpfs(Path place, String options, MountedWork work) throws Exception {
    requireRoot();
    Files.createDirectories(place);
    List<String> mount = new ArrayList<>(List.of("mount", "-t", "tmpfs", "-o", options));
    mount.addAll(List.of("dialkey-test", place.toString()));
    assumeTrue(succeeds(mount.toArray(String[]::new)), "mount is not permitted");
    try (Mount mounted = new Mount(place)) {
      work.run(mounted.place());
    }
  }

  private record Mount(Path place) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      if (!succeeds("umount", place.toString())) {
        throw new IOException("cannot unmount " + place);
      }
    }
  }

  private static boolean succeeds(String... command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
