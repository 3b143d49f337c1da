package dev.dialkey.bindings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code dialkey.h} declares, read from its text. */
final class CHeader {
  /** A function: C types of the result and of the parameters. */
  record Prototype(String result, List<String> parameters) {}

  private static final Pattern COMMENT = Pattern.compile("/\\*.*?\\*/", Pattern.DOTALL);
  private static final Pattern FUNCTION =
      Pattern.compile("^(u?int\\d+_t)\\s+(dk_\\w+)\\(([^)]*)\\);", Pattern.MULTILINE);
  private static final Pattern CONSTANT =
      Pattern.compile("^\\s*(DK_\\w+) = (-?\\d+),", Pattern.MULTILINE);

  private final String text;

  private CHeader(String text) {
    this.text = text;
  }

  static CHeader read() throws IOException {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("native/include/dialkey.h"))) {
      folder = folder.getParent();
      if (folder == null) {
        throw new IOException("no native/include/dialkey.h above " + Path.of("").toAbsolutePath());
      }
    }
    String source = Files.readString(folder.resolve("native/include/dialkey.h"));
    return new CHeader(COMMENT.matcher(source).replaceAll(""));
  }

  /** How many functions there are by a cruder count than the one that reads them. */
  long functionCount() {
    return text.lines().filter(line -> line.matches("\\w+ dk_\\w+\\(.*")).count();
  }

  Map<String, Prototype> functions() {
    Map<String, Prototype> functions = new LinkedHashMap<>();
    FUNCTION
        .matcher(text)
        .results()
        .forEach(m -> functions.put(m.group(2), new Prototype(m.group(1), parameters(m))));
    return functions;
  }

  Map<String, Integer> constants() {
    Map<String, Integer> constants = new LinkedHashMap<>();
    Matcher matcher = CONSTANT.matcher(text);
    while (matcher.find()) {
      constants.put(matcher.group(1), Integer.valueOf(matcher.group(2)));
    }
    return constants;
  }

  private static List<String> parameters(MatchResult function) {
    String list = function.group(3).strip();
    List<String> types = new ArrayList<>();
    if (!list.equals("void")) {
      for (String one : list.split(",", -1)) {
        types.add(one.contains("*") ? "pointer" : one.strip().split("\\s+", -1)[0]);
      }
    }
    return types;
  }
}
