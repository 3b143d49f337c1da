package dev.dialkey.bench.peer;

/** What a line on standard input asks of a client. */
sealed interface Command {

  /** Sends so many bytes on one stream of the long-lived connection. */
  record Bulk(long bytes) implements Command {}

  /** Makes so many requests of one byte, one after another. */
  record Latency(int requests) implements Command {}

  /** Makes so many requests of one byte, some of them at a time. */
  record Rate(int requests, int inFlight) implements Command {}

  /** Opens and closes so many connections, some of them at a time. */
  record Handshakes(int connections, int inFlight) implements Command {}

  /** Opens so many further connections and keeps them. */
  record Idle(int connections) implements Command {}

  /** Sends so many datagrams; a rate of 0 stands for as fast as they can leave. */
  record Datagrams(int count, int perSecond) implements Command {}

  /** Collects garbage and reports what has been allocated. */
  record Stats() implements Command {}
}
