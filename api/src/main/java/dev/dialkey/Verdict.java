package dev.dialkey;

/** What a router's filter decides about somebody who dials; see {@link Router.Builder}. */
public enum Verdict {
  /** Go on with the handshake. */
  ACCEPT,
  /** Have the peer prove first that it receives at its address; it comes again then. */
  RETRY,
  /** Tell the peer that it is not wanted. */
  REJECT,
  /** Say nothing. */
  IGNORE
}
