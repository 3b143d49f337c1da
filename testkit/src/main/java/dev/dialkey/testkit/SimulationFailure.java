package dev.dialkey.testkit;

import java.io.Serial;

/** A simulation that went wrong. The message names the seed, and what happened last. */
public final class SimulationFailure extends AssertionError {
  @Serial private static final long serialVersionUID = 1;

  SimulationFailure(String message, Throwable cause) {
    super(message, cause);
  }

  SimulationFailure(String message) {
    super(message);
  }
}
