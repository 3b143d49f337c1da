package dev.dialkey.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.File;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class NativeFinderTest {
  private static final Set<String> GLIBC = Set.of("malloc", "gnu_get_libc_version");
  private static final Set<String> MUSL = Set.of("malloc");
  private static final Set<String> NOTHING = Set.of();

  @TempDir Path folder;

  private final Properties properties = new Properties();

  static Stream<Arguments> platforms() {
    return Stream.of(
        arguments("Linux", "amd64", GLIBC, "linux-x86_64"),
        arguments("Linux", "aarch64", GLIBC, "linux-aarch64"),
        arguments("Linux", "amd64", MUSL, "linux-x86_64-musl"),
        arguments("Linux", "aarch64", MUSL, "linux-aarch64-musl"),
        // A JVM whose linker finds nothing at all tells nothing about its C library.
        arguments("Linux", "amd64", NOTHING, "linux-x86_64"),
        arguments("Mac OS X", "arm64", MUSL, "macos-aarch64"),
        arguments("Mac OS X", "x86_64", MUSL, "macos-x86_64"),
        arguments("Windows 11", "amd64", MUSL, "windows-x86_64"),
        arguments("Some OS", "riscv64", MUSL, "some_os-riscv64"));
  }

  @ParameterizedTest
  @MethodSource("platforms")
  void platformsHaveOneName(String os, String arch, Set<String> exported, String name) {
    assertThat(finder(os, arch, exported).platform()).isEqualTo(name);
    assertThat(finder(os, arch, exported).resourceName())
        .startsWith("META-INF/native/" + name + "/");
  }

  @Test
  void theCLibraryOfThisJvmIsKnown() throws Exception {
    Path mapped = Path.of("/proc/self/maps");
    assumeTrue(Files.exists(mapped), "nothing tells what this process has loaded");
    boolean musl = Files.readString(mapped).contains("/ld-musl-");

    String platform = new NativeFinder(System.getProperties(), Map.of()).platform();

    assertThat(platform.endsWith("-musl")).isEqualTo(musl);
  }

  @Test
  void aPlatformWithoutALibraryIsToldWhatToAdd() {
    assertRefused(() -> finder("Linux", "riscv64").load())
        .hasMessage(
            "no native library for linux-riscv64: add the dependency"
                + " dev.dialkey:dialkey-native with classifier linux-riscv64 (resource"
                + " META-INF/native/linux-riscv64/"
                + System.mapLibraryName("dialkey")
                + "; on the module path also --add-modules dev.dialkey.natives),"
                + " or name a library file with -Ddialkey.native.path");
  }

  @Test
  void aPropertyThatNamesNoFileIsAnErrorEvenWhereALibraryIsFoundElsewhere() throws Exception {
    Files.copy(Platform.library(), folder.resolve(System.mapLibraryName("dialkey")));
    properties.setProperty("java.library.path", folder.toString());
    for (Path wrong : new Path[] {folder, folder.resolve("missing.so")}) {
      properties.setProperty(NativeFinder.PATH_PROPERTY, wrong.toString());

      assertRefused(() -> finder("Linux", "amd64").load())
          .hasMessage("-Ddialkey.native.path names " + wrong + ", which is not a file");
    }
  }

  @Test
  void aPropertyThatIsNoPathIsAnError() {
    properties.setProperty(NativeFinder.PATH_PROPERTY, "a\0b");

    assertRefused(() -> finder("Linux", "amd64").load())
        .hasMessageStartingWith("-Ddialkey.native.path: ");
  }

  @Test
  void aFileThatIsNoLibraryIsNamed() throws Exception {
    Path file = Files.writeString(folder.resolve(System.mapLibraryName("dialkey")), "text");
    properties.setProperty(NativeFinder.PATH_PROPERTY, file.toString());

    assertRefused(() -> finder("Linux", "amd64").load())
        .hasMessageStartingWith("cannot load " + file);

    properties.remove(NativeFinder.PATH_PROPERTY);
    // What is no path, what is empty and what holds no library is passed over.
    properties.setProperty(
        "java.library.path",
        String.join(File.pathSeparator, "", "a\0b", folder.resolve("x").toString(), folder + ""));

    assertRefused(() -> finder("Linux", "amd64").load())
        .hasMessageStartingWith("cannot load " + file);
  }

  private NativeFinder finder(String os, String arch) {
    return finder(os, arch, GLIBC);
  }

  private NativeFinder finder(String os, String arch, Set<String> exported) {
    properties.setProperty("os.name", os);
    properties.setProperty("os.arch", arch);
    SymbolLookup system =
        name -> exported.contains(name) ? Optional.of(MemorySegment.NULL) : Optional.empty();
    return new NativeFinder(properties, Map.of(), system);
  }

  private static org.assertj.core.api.AbstractThrowableAssert<?, ?> assertRefused(
      ThrowingCallable call) {
    return assertThatThrownBy(call).isInstanceOf(NativeLoadException.class);
  }
}
