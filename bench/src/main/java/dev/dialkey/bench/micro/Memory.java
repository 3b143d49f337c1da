package dev.dialkey.bench.micro;

/** Where an application has its bytes. Public for the code that JMH generates. */
public enum Memory {
  /** In a {@code byte[]}. */
  HEAP,
  /** Outside of the heap. */
  NATIVE
}
