package dev.dialkey.bench.harness.result;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What a step does, in the order in which a run does it. */
public enum Workload {
  /** Bytes one way over one stream of the long-lived connection. */
  BULK("bulk", "bulk %d"),
  /** The same, with a look at the bytes that both heaps handed out meanwhile. */
  GARBAGE("garbage", "bulk %d"),
  /** One-byte requests, one after another. */
  LAT("lat", "lat %d"),
  /** One-byte requests, 64 at any time. */
  RPS("rps", "rps %d 64"),
  /** Connections made and closed, one after another. */
  HS("hs", "hs %d 1"),
  /** Connections made and closed, 16 at any time. */
  HS16("hs16", "hs %d 16"),
  /** Datagrams as fast as the sender's queue takes them. */
  DGRAM("dgram", "dgram %d 0"),
  /** Connections that stay and do nothing. */
  IDLE("idle", "idle %d");

  private final String id;
  private final String command;

  Workload(String id, String command) {
    this.id = id;
    this.command = command;
  }

  /** The name on the command line and in results. */
  @JsonValue
  public String id() {
    return id;
  }

  /**
   * The line that a client is asked with.
   *
   * @param amount bytes, requests, connections or datagrams
   */
  public String command(long amount) {
    return command.formatted(amount);
  }

  /** Whether the amount of a step is in bytes. */
  public boolean countsBytes() {
    return this == BULK || this == GARBAGE;
  }

  /** The workload of that name. */
  public static Optional<Workload> find(String id) {
    return Stream.of(values()).filter(workload -> workload.id.equals(id)).findAny();
  }

  /** All names. */
  public static List<String> ids() {
    return Arrays.stream(values()).map(Workload::id).toList();
  }

  @JsonCreator
  static Workload ofId(String id) {
    return find(id)
        .orElseThrow(
            () -> new IllegalArgumentException("no workload " + id + "; there are " + ids()));
  }
}
