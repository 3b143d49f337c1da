package dev.dialkey;

/** What a router's filter decides about somebody who dials; see {@link Router.Builder}. */
public enum Verdict {
  /** Go on with the handshake. */
  ACCEPT,
  /** Tell the peer that it is not wanted. */
  REJECT,
  /** Say nothing. */
  IGNORE
}
