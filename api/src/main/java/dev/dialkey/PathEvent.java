package dev.dialkey;

import dev.dialkey.holepunch.PathId;

/** A change of a connection's paths. */
public sealed interface PathEvent {

  /**
   * A path can be used.
   *
   * @param path the path, as it was then
   */
  record Opened(PathInfo path) implements PathEvent {}

  /**
   * A path carries application data from now on, or the peer's address on it has changed.
   *
   * @param path the path, as it was then
   */
  record Selected(PathInfo path) implements PathEvent {}

  /**
   * A path is over.
   *
   * @param id the path
   * @param stats what went over it
   */
  record Closed(PathId id, PathStats stats) implements PathEvent {}

  /**
   * The reader did not keep up.
   *
   * @param missed how many events were dropped
   */
  record Lagged(long missed) implements PathEvent {}
}
