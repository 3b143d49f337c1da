package dev.dialkey;

/** Which side of a connection this endpoint is. */
public enum Side {
  /** It dialled. */
  CLIENT,
  /** It accepted. */
  SERVER
}
