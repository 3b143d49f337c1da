package dev.dialkey.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dialkey.bindings.ChildJvm.Result;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Loading as programs do it: each in a JVM of its own. */
class LoadingTest {
  private static final String MAIN = "dev.dialkey.bindings.LoadMain";
  private static final String MODULE_MAIN = "dev.dialkey.bindings/" + MAIN;
  private static final String DENY = "--illegal-native-access=deny";
  private static final String ALLOW = "--enable-native-access=ALL-UNNAMED";
  private static final String ALLOW_MODULE = "--enable-native-access=dev.dialkey.bindings";
  private static final String NO_ACCESS =
      "refused: this JVM does not allow native access: start it with"
          + " --enable-native-access=dev.dialkey.bindings,"
          + " or =ALL-UNNAMED when Dialkey is on the class path";

  @TempDir Path folder;

  @Test
  void thePropertyComesFirst() throws Exception {
    Path named = Files.copy(Platform.library(), folder.resolve("named.so"));

    Result result =
        child(path(named), libraryPath(copyOfLibrary()), extractTo(folder.resolve("extracted")));

    assertLoaded(result, named + " (-Ddialkey.native.path)");
    assertThat(folder.resolve("extracted")).doesNotExist();
  }

  @Test
  void theLibraryPathComesSecond() throws Exception {
    Path copy = copyOfLibrary();

    Result result = child(libraryPath(copy), extractTo(folder.resolve("extracted")));

    assertLoaded(result, copy + " (java.library.path)");
    assertThat(folder.resolve("extracted")).doesNotExist();
  }

  @Test
  void fourJvmsExtractOneFileAtOnce() throws Exception {
    Path directory = folder.resolve("extracted");
    List<ChildJvm> children = new ArrayList<>();
    try {
      Path resources = Platform.resourceRoot(folder);
      for (int i = 0; i < 4; i++) {
        children.add(ChildJvm.start(arguments(resources, extractTo(directory))));
      }
      for (ChildJvm child : children) {
        assertLoaded(child.finish(), " (class path)");
      }
    } finally {
      for (ChildJvm child : children) {
        child.close();
      }
    }
    assertThat(filesUnder(directory))
        .singleElement()
        .satisfies(file -> assertThat(file).hasSameBinaryContentAs(Platform.library()));
  }

  @Test
  void aProcessThatUsesTheOldFileGoesOn() throws Exception {
    Path directory = folder.resolve("extracted");
    Path resources = Platform.resourceRoot(folder);
    List<String> waiting = new ArrayList<>(arguments(resources, extractTo(directory)));
    waiting.add("wait");
    try (ChildJvm first = ChildJvm.start(waiting)) {
      first.awaitLine("loaded: ");
      Path file = filesUnder(directory).getFirst();
      Object before = Files.getAttribute(file, "unix:ino");
      flipLastByte(file);

      assertLoaded(ChildJvm.run(arguments(resources, extractTo(directory))), file.toString());

      assertThat(Files.getAttribute(file, "unix:ino")).isNotEqualTo(before);
      assertThat(file).hasSameBinaryContentAs(Platform.library());
      first.resume();
      assertLoaded(first.finish(), file.toString());
    }
  }

  @Test
  void aDirectoryMountedNoexecIsNamedWithTheRemedy() throws Exception {
    Platform.withTmpfs(
        folder.resolve("mounted"),
        "noexec,mode=700",
        mounted -> {
          Result result = child(extractTo(mounted));

          Path file = filesUnder(mounted).getFirst();
          assertRefused(
              result,
              "refused: cannot execute "
                  + file
                  + ": its directory is mounted noexec; choose another with"
                  + " -Ddialkey.native.dir=DIR");
        });
  }

  @Test
  void aLibraryOfAnotherVersionIsRefused() throws Exception {
    Path stub = stub("unsigned dk_abi_version(void) { return 99; }\n");

    assertRefused(
        child(path(stub)),
        "refused: the native library "
            + stub
            + " (-Ddialkey.native.path) has interface version 99, these classes need 3:"
            + " use dialkey-bindings and dialkey-native of the same release");
  }

  @Test
  void aForeignLibraryIsRefused() throws Exception {
    Path stub = stub("int something_else(void) { return 1; }\n");

    assertRefused(
        child(path(stub)),
        "refused: "
            + stub
            + " (-Ddialkey.native.path) is no library of Dialkey's: it has no dk_abi_version");
  }

  @Test
  void onTheClassPathMissingAccessNamesTheFlag() throws Exception {
    List<String> arguments = new ArrayList<>(List.of(DENY, path(Platform.library())));
    arguments.addAll(ChildJvm.onClassPath());
    arguments.add(MAIN);

    assertRefused(ChildJvm.run(arguments), NO_ACCESS);
  }

  @Test
  void onTheModulePathMissingAccessNamesTheFlagAndTheFlagHelps() throws Exception {
    requireModule();

    // The flag for the class path is of no use to a module.
    assertRefused(moduleChild(List.of(ALLOW, path(Platform.library()))), NO_ACCESS);
    assertLoaded(
        moduleChild(List.of(ALLOW_MODULE, path(Platform.library()))), "(-Ddialkey.native.path)");
  }

  @Test
  void onTheModulePathTheNativeJarIsFoundOnceItIsAdded() throws Exception {
    requireModule();
    Path jar = nativeJar();
    String to = extractTo(folder.resolve("extracted"));

    assertThat(moduleChild(List.of(ALLOW_MODULE, to), jar).output())
        .contains("refused: no native library for ", "--add-modules dev.dialkey.natives");
    assertLoaded(
        moduleChild(List.of(ALLOW_MODULE, to, "--add-modules", "dev.dialkey.natives"), jar),
        "(class path)");
  }

  private static void requireModule() {
    assumeTrue(
        Files.exists(ChildJvm.mainClasses().resolve("module-info.class")),
        "the classes are not compiled as a module");
  }

  private Result child(String... options) throws Exception {
    Path root = folder.resolve("native-jar");
    return ChildJvm.run(
        arguments(Files.exists(root) ? root : Platform.resourceRoot(folder), options));
  }

  private static List<String> arguments(Path resources, String... options) {
    List<String> arguments = new ArrayList<>(List.of(DENY, ALLOW));
    arguments.addAll(List.of(options));
    arguments.addAll(ChildJvm.onClassPath(resources));
    arguments.add(MAIN);
    return arguments;
  }

  private static Result moduleChild(List<String> options, Path... more) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(DENY));
    arguments.addAll(options);
    arguments.addAll(ChildJvm.onModulePath(more));
    arguments.addAll(List.of("-m", MODULE_MAIN));
    return ChildJvm.run(arguments);
  }

  private Path nativeJar() throws IOException {
    Path jar = folder.resolve("dialkey-native.jar");
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest
        .getMainAttributes()
        .put(new Attributes.Name("Automatic-Module-Name"), "dev.dialkey.natives");
    Path root = Platform.resourceRoot(folder);
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
      for (Path file : filesUnder(root)) {
        out.setLevel(0);
        out.putNextEntry(new JarEntry(root.relativize(file).toString()));
        Files.copy(file, out);
      }
    }
    return jar;
  }

  private Path copyOfLibrary() throws IOException {
    Path place = Files.createDirectories(folder.resolve("library-path"));
    return Files.copy(Platform.library(), place.resolve(System.mapLibraryName("dialkey")));
  }

  private Path stub(String source) throws IOException {
    Path library = folder.resolve("stub.so");
    Platform.compile(Files.writeString(folder.resolve("stub.c"), source), library);
    return library;
  }

  private static String path(Path library) {
    return "-Ddialkey.native.path=" + library;
  }

  private static String libraryPath(Path library) {
    return "-Djava.library.path=" + library.getParent();
  }

  private static String extractTo(Path directory) {
    return "-Ddialkey.native.dir=" + directory;
  }

  private static void flipLastByte(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      var last = java.nio.ByteBuffer.allocate(1);
      channel.read(last, channel.size() - 1);
      last.put(0, (byte) ~last.get(0)).rewind();
      channel.write(last, channel.size() - 1);
    }
  }

  private static List<Path> filesUnder(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  private static void assertLoaded(Result result, String origin) {
    assertThat(result.output().lines())
        .as(result.output())
        .anyMatch(line -> line.startsWith("loaded: ") && line.contains(origin))
        .anyMatch(line -> line.startsWith("works: dialkey-native "));
    assertThat(result.exitCode()).isZero();
  }

  private static void assertRefused(Result result, String message) {
    assertThat(result.output().lines()).as(result.output()).contains(message);
    assertThat(result.exitCode()).isEqualTo(3);
  }
}
