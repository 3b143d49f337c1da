package dev.dialkey.testkit;

/** How large the tests tagged {@code stress} are: {@code -Ddialkey.stress=full} for a long run. */
final class Size {
  static final boolean FULL = "full".equals(System.getProperty("dialkey.stress"));

  private Size() {}

  static int of(int small, int full) {
    return FULL ? full : small;
  }
}
