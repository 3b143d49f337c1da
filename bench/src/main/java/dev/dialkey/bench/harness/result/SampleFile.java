package dev.dialkey.bench.harness.result;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** Samples as text, one JSON object a line. */
public final class SampleFile {
  private static final ObjectMapper JSON = JsonMapper.builder().build();

  private final Path path;

  private SampleFile(Path path) {
    this.path = path;
  }

  /** Makes the file, empty, and the folders above it. */
  public static SampleFile create(Path path) throws IOException {
    Path folder = path.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    Files.writeString(path, "");
    return new SampleFile(path);
  }

  /** Adds a line; written at once, so that a run that is cut off leaves what it has. */
  public void append(Sample sample) throws IOException {
    Files.writeString(path, encode(sample) + "\n", StandardOpenOption.APPEND);
  }

  /** Reads all lines. */
  public static List<Sample> read(Path path) throws IOException {
    List<Sample> samples = new ArrayList<>();
    int number = 0;
    for (String line : Files.readAllLines(path)) {
      number++;
      if (!line.isBlank()) {
        samples.add(decode(line, path + ", line " + number));
      }
    }
    return samples;
  }

  static String encode(Sample sample) throws IOException {
    return JSON.writeValueAsString(sample);
  }

  static Sample decode(String line, String where) throws IOException {
    try {
      return JSON.readValue(line, Sample.class);
    } catch (JsonProcessingException e) {
      throw new IOException(where + " is no result of bench/run: " + e.getOriginalMessage(), e);
    }
  }
}
