package dev.dialkey.bench.harness.result;

/** Which way is good. */
public enum Better {
  LOWER,
  HIGHER
}
