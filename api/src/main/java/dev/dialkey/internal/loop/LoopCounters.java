package dev.dialkey.internal.loop;

import java.util.concurrent.atomic.LongAdder;

/** What the loops of an endpoint count: every reason for which a datagram is dropped, and pace. */
public final class LoopCounters {
  /** Datagrams for connections that exist. */
  public final LongAdder delivered = new LongAdder();

  /** Datagrams too short or too odd to be QUIC. */
  public final LongAdder malformed = new LongAdder();

  /** Short-header datagrams of unknown connections. */
  public final LongAdder unknownConnection = new LongAdder();

  /** Stateless resets sent. */
  public final LongAdder resetsSent = new LongAdder();

  /** Version Negotiation packets sent. */
  public final LongAdder versionNegotiations = new LongAdder();

  /**
   * First packets dropped because the accept queue or the handshakes under way are at their bound.
   */
  public final LongAdder incomingDropped = new LongAdder();

  /** First packets dropped because the endpoint accepts nothing. */
  public final LongAdder notAccepting = new LongAdder();

  /** Incoming connections dropped because nobody accepted them in time. */
  public final LongAdder incomingExpired = new LongAdder();

  /** Datagrams from an address the connection does not talk to. */
  public final LongAdder foreignSource = new LongAdder();

  /** Copies of a first flight and answers outside connections that the socket did not take. */
  public final LongAdder unsentDropped = new LongAdder();

  /** Turns longer than {@link EndpointLoop#SLOW_TURN_NANOS}. */
  public final LongAdder slowTurns = new LongAdder();
}
