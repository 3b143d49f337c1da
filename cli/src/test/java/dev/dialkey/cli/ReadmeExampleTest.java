package dev.dialkey.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of the README is what a new user types first: it has to compile and to work. */
final class ReadmeExampleTest {
  private static final Pattern JAVA_BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final Pattern CLASS_NAME = Pattern.compile("public class (\\w+)");
  private static final int MAX_LINES = 25;

  @Test
  void exampleCompilesAndSaysHello(@TempDir Path folder) throws Exception {
    String source = example();
    assertThat(source.lines().count()).isLessThanOrEqualTo(MAX_LINES);
    String name = compile(source, folder);
    assertThat(outputOf(name, folder)).isEqualTo("Hello, world!\n");
  }

  private static String example() throws IOException {
    String readme = Files.readString(Path.of("..", "README.md"));
    Matcher block = JAVA_BLOCK.matcher(readme);
    assertThat(block.find()).as("a fenced java block in the README").isTrue();
    return block.group(1);
  }

  private static String compile(String source, Path folder) throws IOException {
    Matcher declared = CLASS_NAME.matcher(source);
    assertThat(declared.find()).isTrue();
    String name = declared.group(1);
    Path file = Files.writeString(folder.resolve(name + ".java"), source);
    var messages = new StringWriter();
    int code =
        ToolProvider.findFirst("javac")
            .orElseThrow()
            .run(
                new PrintWriter(messages),
                new PrintWriter(messages),
                "--release=22",
                "-Xlint:all,-try",
                "-Werror",
                "--module-path=" + System.getProperty("jdk.module.path"),
                "--add-modules=dev.dialkey",
                "-d",
                folder.toString(),
                file.toString());
    assertThat(messages.toString()).isEmpty();
    assertThat(code).isZero();
    return name;
  }

  private static String outputOf(String name, Path folder) throws Exception {
    var bytes = new ByteArrayOutputStream();
    PrintStream before = System.out;
    URI classes = folder.toUri();
    try (var loader = new URLClassLoader(new URL[] {classes.toURL()});
        var captured = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
      System.setOut(captured);
      Method main = loader.loadClass(name).getMethod("main", String[].class);
      main.invoke(null, (Object) new String[0]);
    } finally {
      System.setOut(before);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
