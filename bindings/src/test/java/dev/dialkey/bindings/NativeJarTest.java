package dev.dialkey.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the jar of this platform brings. */
class NativeJarTest {
  private static final long MAX_BYTES = 8L << 20;
  private static final int ELF_SECTION_TABLE_AT = 40;

  private final String resource =
      new NativeFinder(System.getProperties(), Map.of()).resourceName();
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
      byte[] bytes = in.readAllBytes();
      assertThat(bytes).startsWith(0x7f, 'E', 'L', 'F').hasSizeGreaterThan(ELF_SECTION_TABLE_AT);
      // Names of sections: debug information and the full symbol table are in a file beside it.
      assertThat(new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1))
          .doesNotContain(".debug_info", ".symtab")
          .contains(".dynsym", "dk_abi_version");
    }
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
