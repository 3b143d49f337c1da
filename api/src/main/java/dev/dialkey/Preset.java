package dev.dialkey;

/** A bundle of builder settings; presets can be stacked, later calls win. */
@FunctionalInterface
public interface Preset {

  /**
   * Changes the builder.
   *
   * @param builder the builder
   */
  void apply(EndpointBuilder builder);
}
