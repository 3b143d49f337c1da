package dev.dialkey;

/** What kind of paths a connection has. */
public enum ConnectionType {
  /** No path: the connection is over. */
  NONE,
  /** Through a relay alone. */
  RELAY,
  /** From address to address alone. */
  DIRECT,
  /** Both of them. */
  MIXED,
  /** Through a transport of the application's own. */
  CUSTOM
}
