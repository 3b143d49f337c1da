package dev.dialkey.internal.endpoint;

import dev.dialkey.EndpointBuilder;
import dev.dialkey.Preset;
import dev.dialkey.internal.machine.Machine;

/**
 * Puts an endpoint on another machine than the one that the program runs on: what a simulation
 * needs, and no part of the API.
 *
 * @param machine the machine
 */
public record MachinePreset(Machine machine) implements Preset {

  /** Sets nothing that can be named; the builder looks for this preset itself. */
  @Override
  public void apply(EndpointBuilder builder) {}
}
