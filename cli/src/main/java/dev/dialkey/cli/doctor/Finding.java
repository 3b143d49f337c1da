package dev.dialkey.cli.doctor;

import java.util.List;
import java.util.Map;

/**
 * What was found out about one thing.
 *
 * @param name what it is about, also the name in JSON
 * @param verdict whether it is good
 * @param text for people, in one line
 * @param data for programs
 * @param advice what to do about it, a line each
 */
record Finding(
    String name, Verdict verdict, String text, Map<String, ?> data, List<String> advice) {

  /** How good it is. */
  enum Verdict {
    /** As it should be. */
    GOOD,
    /** It works, and could be better. */
    IMPROVABLE,
    /** Dialkey does not work here. */
    BROKEN
  }

  static Finding good(String name, String text, Map<String, ?> data) {
    return new Finding(name, Verdict.GOOD, text, data, List.of());
  }

  static Finding improvable(String name, String text, Map<String, ?> data, List<String> advice) {
    return new Finding(name, Verdict.IMPROVABLE, text, data, advice);
  }

  static Finding broken(String name, String text, String... advice) {
    return new Finding(name, Verdict.BROKEN, text, Map.of(), List.of(advice));
  }
}
