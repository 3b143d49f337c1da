package dev.dialkey.addressing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * One entry of {@code vectors/addressing.json}: known answers agreed with other implementations.
 */
record Vector(String name, String fn, JsonNode input, boolean valid, JsonNode expected) {
  private static final String FILE = "/vectors/addressing.json";

  static JsonNode file() {
    try (InputStream in = Vector.class.getResourceAsStream(FILE)) {
      return new ObjectMapper().readTree(Objects.requireNonNull(in, FILE));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<Vector> all() {
    List<Vector> vectors = new ArrayList<>();
    for (JsonNode node : file().get("vectors")) {
      vectors.add(
          new Vector(
              node.get("name").asText(),
              node.get("fn").asText(),
              node.get("input"),
              node.get("valid").asBoolean(),
              node.path("expected")));
    }
    return vectors;
  }

  static List<Vector> of(String fn) {
    return all().stream().filter(vector -> vector.fn().equals(fn)).toList();
  }

  String id() {
    return fn + "/" + name;
  }

  String expected(String field) {
    return expected.get(field).asText();
  }
}
