package dev.dialkey.internal.reflexive;

/** Gives each probe a number of its own. Not thread-safe. */
final class ProbeNumbers {
  private long last;

  long next() {
    return ++last;
  }
}
