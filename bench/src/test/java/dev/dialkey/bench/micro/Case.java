package dev.dialkey.bench.micro;

import dev.dialkey.bench.micro.Allocation.Operation;

/**
 * A benchmark with its parameters, and what one operation of it may allocate.
 *
 * @param name class and method, as JMH names them
 * @param parameters for the reader
 * @param bound bytes per operation
 * @param batch operations between two readings of the counter
 * @param start makes it ready to run
 */
record Case(String name, String parameters, int bound, int batch, Start start) {
  /** Sets a benchmark up. */
  interface Start {
    Running run() throws Exception;
  }

  /**
   * A benchmark that is set up.
   *
   * @param operation what JMH does once, with what it does before and after each call
   * @param close frees what it holds
   */
  record Running(Operation operation, Runnable close) {
    Running(Operation operation) {
      this(operation, () -> {});
    }
  }

  @Override
  public String toString() {
    return name + parameters;
  }
}
