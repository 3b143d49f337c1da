package dev.dialkey.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NativeExtractorTest {
  private static final byte[] CONTENT = "a library".getBytes(StandardCharsets.US_ASCII);
  private static final String NAME = "libx.so";
  private static final String REMEDY = "choose a directory with -Ddialkey.native.dir=DIR";
  private static final int SOMEBODY_ELSE = 54_321;

  @TempDir Path temporary;
  private Path directory;

  @BeforeEach
  void chooseDirectory() throws IOException {
    Platform.requirePosix(temporary);
    directory = temporary.resolve("not/yet/there");
  }

  @Test
  void aFreshFileIsOursAlone() throws Exception {
    Path file = extract();

    assertThat(file).hasBinaryContent(CONTENT).startsWith(directory);
    for (Path path : List.of(directory, folderOf(file), file)) {
      assertThat(permissions(path)).isEqualTo("rwx------");
    }
    assertThat(files(folderOf(file))).containsExactly(file);
  }

  @Test
  void aWholeFileIsKept() throws Exception {
    Object before = inode(extract());

    assertThat(inode(extract())).isEqualTo(before);
  }

  @Test
  void otherContentGoesToAnotherFolder() throws Exception {
    Path other = new NativeExtractor(directory).extract(new byte[] {1}, NAME);

    assertThat(folderOf(other)).isNotEqualTo(folderOf(extract()));
    assertThat(other).hasBinaryContent(new byte[] {1});
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a librar", "a librarY", "a library and more"})
  void aDamagedFileIsReplacedAndNotWrittenTo(String damage) throws Exception {
    Path file = extract();
    Files.writeString(file, damage);
    Path alias = Files.createLink(temporary.resolve("alias"), file);

    assertThat(extract()).isEqualTo(file).hasBinaryContent(CONTENT);
    assertThat(alias).hasContent(damage);
    assertThat(inode(file)).isNotEqualTo(inode(alias));
    assertThat(files(folderOf(file))).containsExactly(file);
  }

  @Test
  void aLinkIsReplacedAndItsTargetLeftAlone() throws Exception {
    Path file = extract();
    for (String target : List.of("a library", "something else")) {
      Path elsewhere = Files.writeString(temporary.resolve("elsewhere"), target);
      Files.delete(file);
      Files.createSymbolicLink(file, elsewhere);

      assertThat(extract()).hasBinaryContent(CONTENT);
      assertThat(Files.isSymbolicLink(file)).isFalse();
      assertThat(elsewhere).hasContent(target);
    }
  }

  @Test
  void aLinkThatLeadsNowhereIsReplaced() throws Exception {
    Path file = extract();
    Files.delete(file);
    Files.createSymbolicLink(file, temporary.resolve("nowhere"));

    assertThat(extract()).hasBinaryContent(CONTENT);
    assertThat(temporary.resolve("nowhere")).doesNotExist();
  }

  @Test
  void aFullFolderInItsPlaceIsAnError() throws Exception {
    Path file = extract();
    Files.delete(file);
    Files.createDirectory(file);
    Files.createFile(file.resolve("inside"));

    assertRefused("cannot extract the native library to " + folderOf(file), REMEDY);
    assertThat(files(folderOf(file))).containsExactly(file);
  }

  @Test
  void aFileThatOthersMayWriteIsReplaced() throws Exception {
    Path file = extract();
    Object before = inode(file);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxrwxrwx"));

    assertThat(permissions(extract())).isEqualTo("rwx------");
    assertThat(inode(file)).isNotEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rwxrwxrwx", "rwx-w----", "rwx----w-"})
  void aFolderThatOthersMayWriteIsRefused(String permissions) throws Exception {
    Path folder = folderOf(extract());
    for (Path open : List.of(folder, directory)) {
      Files.setPosixFilePermissions(open, PosixFilePermissions.fromString(permissions));

      assertRefused(
          "refusing to load native code from " + folder,
          "can be written to by other users",
          REMEDY + " that only you can write to");
      Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwx------"));
    }
  }

  @Test
  void aFolderOfAnotherUserIsRefused() throws Exception {
    Platform.requireRoot();
    Path folder = folderOf(extract());
    for (Path foreign : List.of(folder, directory)) {
      Files.setAttribute(foreign, "unix:uid", SOMEBODY_ELSE);

      assertRefused(
          "refusing to load native code from " + folder,
          "belongs to another user (" + SOMEBODY_ELSE + ")",
          REMEDY);
      Files.setAttribute(foreign, "unix:uid", 0);
    }
  }

  @Test
  void aFileOfAnotherUserIsReplaced() throws Exception {
    Platform.requireRoot();
    Path file = extract();
    Files.setAttribute(file, "unix:uid", SOMEBODY_ELSE);

    assertThat(Files.getAttribute(extract(), "unix:uid")).isEqualTo(0);
  }

  @Test
  void aLinkInPlaceOfTheFolderIsRefused() throws Exception {
    Path folder = folderOf(extract());
    Path moved = Files.move(folder, temporary.resolve("moved"));
    Files.createSymbolicLink(folder, moved);

    assertRefused(folder.toString(), REMEDY);
    assertThat(files(moved)).containsExactly(moved.resolve(NAME));
  }

  @Test
  void theDirectoryItselfMayBeALink() throws Exception {
    Path real = Files.createDirectory(temporary.resolve("real"));
    Files.setPosixFilePermissions(real, PosixFilePermissions.fromString("rwx------"));
    directory = Files.createSymbolicLink(temporary.resolve("link"), real);

    assertThat(extract()).hasBinaryContent(CONTENT);
  }

  @Test
  void aFileInPlaceOfTheDirectoryIsAnError() throws Exception {
    directory = Files.createFile(temporary.resolve("file"));

    assertRefused("cannot extract the native library to " + directory, REMEDY);
  }

  @Test
  void anUnwritableDirectoryIsAnError() throws Exception {
    Platform.withTmpfs(
        temporary.resolve("mounted"),
        "ro,mode=700",
        mounted -> {
          directory = mounted;
          assertRefused("cannot extract the native library to " + mounted, REMEDY);
        });
  }

  @Test
  void theDirectoryIsTheUsersOwnUnlessOneIsNamed() throws Exception {
    Properties properties = new Properties();
    properties.setProperty("user.home", "/home/somebody");
    Path home = Path.of("/home/somebody/.cache/dialkey");

    assertThat(NativeExtractor.directory(properties, Map.of())).isEqualTo(home);
    assertThat(NativeExtractor.directory(properties, Map.of("XDG_CACHE_HOME", "relative")))
        .isEqualTo(home);
    assertThat(NativeExtractor.directory(properties, Map.of("XDG_CACHE_HOME", "/cache")))
        .isEqualTo(Path.of("/cache/dialkey"));
    properties.setProperty("dialkey.native.dir", "/chosen");
    assertThat(NativeExtractor.directory(properties, Map.of("XDG_CACHE_HOME", "/cache")))
        .isEqualTo(Path.of("/chosen"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "?", "relative"})
  void aUserWithoutAHomeIsAskedForADirectory(String home) {
    Properties properties = new Properties();
    properties.setProperty("user.home", home);

    assertThatThrownBy(() -> NativeExtractor.directory(properties, Map.of()))
        .isInstanceOf(NativeLoadException.class)
        .hasMessageEndingWith(REMEDY);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a\0b"})
  void aNamedDirectoryIsAPath(String name) {
    Properties properties = new Properties();
    properties.setProperty("dialkey.native.dir", name);

    assertThatThrownBy(() -> NativeExtractor.directory(properties, Map.of()))
        .isInstanceOf(NativeLoadException.class);
  }

  private Path extract() throws NativeLoadException {
    return new NativeExtractor(directory).extract(CONTENT, NAME);
  }

  private void assertRefused(String start, String... parts) {
    assertThatThrownBy(this::extract)
        .isInstanceOf(NativeLoadException.class)
        .hasMessageContaining(start)
        .hasMessageContainingAll(parts);
  }

  private static Path folderOf(Path file) {
    return Objects.requireNonNull(file.getParent());
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(
        Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS));
  }

  private static Object inode(Path file) throws IOException {
    return Files.getAttribute(file, "unix:ino");
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }
}
