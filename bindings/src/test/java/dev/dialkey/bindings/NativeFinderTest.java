package dev.dialkey.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class NativeFinderTest {
  @TempDir Path folder;

  private final Properties properties = new Properties();

  static Stream<Arguments> platforms() {
    return Stream.of(
        arguments("Linux", "amd64", "linux-x86_64"),
        arguments("Linux", "aarch64", "linux-aarch64"),
        arguments("Mac OS X", "arm64", "macos-aarch64"),
        arguments("Mac OS X", "x86_64", "macos-x86_64"),
        arguments("Windows 11", "amd64", "windows-x86_64"),
        arguments("Some OS", "riscv64", "some_os-riscv64"));
  }

  @ParameterizedTest
  @MethodSource("platforms")
  void platformsHaveOneName(String os, String arch, String name) {
    assertThat(finder(os, arch).platform()).isEqualTo(name);
    assertThat(finder(os, arch).resourceName()).startsWith("META-INF/native/" + name + "/");
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
    properties.setProperty("os.name", os);
    properties.setProperty("os.arch", arch);
    return new NativeFinder(properties, Map.of());
  }

  private static org.assertj.core.api.AbstractThrowableAssert<?, ?> assertRefused(
      ThrowingCallable call) {
    return assertThatThrownBy(call).isInstanceOf(NativeLoadException.class);
  }
}
