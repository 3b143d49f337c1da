package dev.dialkey.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the jar of this platform brings. */
class NativeJarTest {
  private static final long MAX_BYTES = 8L << 20;

  /** Where the ELF header, and that of a section, hold what is needed here. */
  private static final int SECTION_TABLE_AT = 40;

  private static final int SECTION_SIZE_AT = 58;
  private static final int SECTION_COUNT_AT = 60;
  private static final int SECTION_NAMES_AT = 62;
  private static final int SECTION_OFFSET_AT = 24;

  private final String resource = new NativeFinder(System.getProperties(), Map.of()).resourceName();
  private JarFile jar;

  @BeforeEach
  void findJar() throws IOException {
    URL url = NativeJarTest.class.getClassLoader().getResource(resource);
    assumeTrue(url != null && url.getProtocol().equals("jar"), "the native jar is not there");
    jar = ((JarURLConnection) url.openConnection()).getJarFile();
  }

  @Test
  void theLibraryIsStripped() throws IOException {
    JarEntry library = jar.getJarEntry(resource);

    assertThat(library.getSize()).isBetween(1L << 20, MAX_BYTES);
    try (InputStream in = jar.getInputStream(library)) {
      // Debug information and the full symbol table are in a file that is not shipped; the link
      // leads debuggers to it.
      assertThat(sections(ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN)))
          .contains(".dynsym", ".eh_frame", ".gnu_debuglink")
          .doesNotContain(".symtab")
          .noneMatch(name -> name.startsWith(".debug_"));
    }
  }

  /** Names of the sections of a 64-bit ELF file. */
  private static List<String> sections(ByteBuffer elf) {
    int table = Math.toIntExact(elf.getLong(SECTION_TABLE_AT));
    int size = elf.getShort(SECTION_SIZE_AT);
    int names = table + size * elf.getShort(SECTION_NAMES_AT);
    int texts = Math.toIntExact(elf.getLong(names + SECTION_OFFSET_AT));
    List<String> sections = new ArrayList<>();
    for (int i = 0; i < elf.getShort(SECTION_COUNT_AT); i++) {
      StringBuilder name = new StringBuilder();
      int at = texts + elf.getInt(table + i * size);
      while (elf.get(at) != 0) {
        name.append((char) elf.get(at++));
      }
      sections.add(name.toString());
    }
    return sections;
  }

  @Test
  void theLicencesOfWhatIsLinkedInComeAlong() {
    assertThat(jar.stream().filter(entry -> !entry.isDirectory()).map(JarEntry::getName))
        .anyMatch(name -> name.startsWith("META-INF/licenses/"));
  }

  @Test
  void theModuleHasAName() throws IOException {
    assertThat(jar.getManifest().getMainAttributes().getValue("Automatic-Module-Name"))
        .isEqualTo("dev.dialkey.natives");
  }
}
