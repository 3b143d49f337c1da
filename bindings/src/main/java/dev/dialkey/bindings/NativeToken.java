package dev.dialkey.bindings;

/** What the token of an Initial packet says about the client's address. */
public enum NativeToken {
  /** There is none, or none that a Retry of ours gave. */
  ABSENT,
  /** A Retry of ours gave it to this address. */
  VALID,
  /** It is forged, expired, or was given to another address or connection. */
  INVALID
}
