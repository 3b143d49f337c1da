package dev.dialkey.holepunch;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A frame of iroh's NAT traversal inside QUIC (docs/spec/nat-traversal.md). Immutable values; an
 * IPv4-mapped address is the IPv4 address it stands for.
 */
public sealed interface NatTraversalFrame {
  /** Longest body: a number, an IPv6 address and a port. */
  int MAX_BODY_BYTES = Long.BYTES + 16 + Short.BYTES;

  /** The transport parameter that both sides send: how many addresses of the peer are kept. */
  long TRANSPORT_PARAMETER = 0x3d7f91120401L;

  /**
   * An address at which the server may be reached. Server to client.
   *
   * @param seq its number, never used again
   * @param address resolved
   */
  record AddAddress(long seq, InetSocketAddress address) implements NatTraversalFrame {
    /** Brings the address into its one form. */
    public AddAddress {
      address = Candidate.canonical(address);
    }
  }

  /**
   * An address that the server gave up. Server to client.
   *
   * @param seq the number it came with
   */
  record RemoveAddress(long seq) implements NatTraversalFrame {}

  /**
   * An address that the server is asked to probe now. Client to server.
   *
   * @param round counts up; frames of an older one are void
   * @param address resolved
   */
  record ReachOut(long round, InetSocketAddress address) implements NatTraversalFrame {
    /** Brings the address into its one form. */
    public ReachOut {
      address = Candidate.canonical(address);
    }
  }

  private NatTraversalType kind() {
    return switch (this) {
      case AddAddress add ->
          isV4(add.address) ? NatTraversalType.ADD_ADDRESS_V4 : NatTraversalType.ADD_ADDRESS_V6;
      case ReachOut out ->
          isV4(out.address) ? NatTraversalType.REACH_OUT_V4 : NatTraversalType.REACH_OUT_V6;
      case RemoveAddress remove -> NatTraversalType.REMOVE_ADDRESS;
    };
  }

  private static boolean isV4(InetSocketAddress address) {
    return address.getAddress() instanceof Inet4Address;
  }

  /**
   * The frame type.
   *
   * @return its number on the wire
   */
  default long type() {
    return kind().code();
  }

  /**
   * What follows the type on the wire.
   *
   * @return at most {@link #MAX_BODY_BYTES}
   */
  default byte[] body() {
    ByteBuffer out = ByteBuffer.allocate(MAX_BODY_BYTES);
    switch (this) {
      case AddAddress add -> write(out, add.seq, add.address);
      case ReachOut reach -> write(out, reach.round, reach.address);
      case RemoveAddress remove -> QuicVarint.write(out, remove.seq);
    }
    byte[] body = new byte[out.position()];
    out.flip().get(body);
    return body;
  }

  private static void write(ByteBuffer out, long number, InetSocketAddress address) {
    QuicVarint.write(out, number);
    out.put(address.getAddress().getAddress()).putShort((short) address.getPort());
  }

  /**
   * Reads a frame.
   *
   * @param type its number on the wire
   * @param body what follows it
   * @return the frame, or empty if the type is none of these
   * @throws IllegalArgumentException if the body is not exactly one of that type
   */
  static Optional<NatTraversalFrame> parse(long type, byte[] body) {
    for (NatTraversalType each : NatTraversalType.values()) {
      if (each.code() == type) {
        return Optional.of(parse(each, body));
      }
    }
    return Optional.empty();
  }

  private static NatTraversalFrame parse(NatTraversalType type, byte[] body) {
    ByteBuffer in = ByteBuffer.wrap(body);
    try {
      long number = QuicVarint.read(in);
      byte[] ip = new byte[type.addressBytes()];
      in.get(ip);
      int port = ip.length == 0 ? 0 : Short.toUnsignedInt(in.getShort());
      if (in.hasRemaining()) {
        throw new IllegalArgumentException(type + " with " + in.remaining() + " bytes too many");
      }
      return switch (type) {
        case ADD_ADDRESS_V4, ADD_ADDRESS_V6 -> new AddAddress(number, address(ip, port));
        case REACH_OUT_V4, REACH_OUT_V6 -> new ReachOut(number, address(ip, port));
        case REMOVE_ADDRESS -> new RemoveAddress(number);
      };
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException(type + " cut short to " + body.length + " bytes", e);
    }
  }

  private static InetSocketAddress address(byte[] ip, int port) {
    try {
      return new InetSocketAddress(InetAddress.getByAddress(ip), port);
    } catch (UnknownHostException e) {
      throw new AssertionError(ip.length + " bytes are an address", e);
    }
  }
}
