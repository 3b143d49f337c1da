package dev.dialkey.holepunch;

/** What the type of a frame of NAT traversal says. */
enum NatTraversalType {
  ADD_ADDRESS_V4(0x3d7f90, 4),
  ADD_ADDRESS_V6(0x3d7f91, 16),
  REACH_OUT_V4(0x3d7f92, 4),
  REACH_OUT_V6(0x3d7f93, 16),
  REMOVE_ADDRESS(0x3d7f94, 0);

  private final long code;
  private final int addressBytes;

  NatTraversalType(long code, int addressBytes) {
    this.code = code;
    this.addressBytes = addressBytes;
  }

  /** The number on the wire. */
  long code() {
    return code;
  }

  /** How long the address in the body is, 0 for none. */
  int addressBytes() {
    return addressBytes;
  }
}
