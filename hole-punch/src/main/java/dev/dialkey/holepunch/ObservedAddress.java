package dev.dialkey.holepunch;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The frame OBSERVED_ADDRESS of QUIC address discovery: the address at which a server sees its
 * client. Immutable; an IPv4-mapped address is the IPv4 address it stands for.
 *
 * @param seq counts up over a connection; of two reports for a path the higher one is the newer
 * @param address resolved
 */
public record ObservedAddress(long seq, InetSocketAddress address) {
  /** The transport parameter that says what a side does with these frames. */
  public static final long TRANSPORT_PARAMETER = 0x9f81a176L;

  /** Value of {@link #TRANSPORT_PARAMETER}: wants to be told, and tells nothing. */
  public static final int RECEIVES = 1;

  private static final long IPV4 = 0x9f81a6;
  private static final long IPV6 = 0x9f81a7;
  private static final int IPV4_BYTES = 4;
  private static final int IPV6_BYTES = 16;

  /** Longest body: a number, an IPv6 address and a port. */
  private static final int MAX_BODY_BYTES = Long.BYTES + IPV6_BYTES + Short.BYTES;

  /**
   * Brings the address into its one form.
   *
   * @throws IllegalArgumentException if the number has more than 62 bits
   */
  public ObservedAddress {
    if (seq < 0 || seq > QuicVarint.MAX_VALUE) {
      throw new IllegalArgumentException("no QUIC integer is " + seq);
    }
    address = Candidate.canonical(address);
  }

  /**
   * The frame type.
   *
   * @return its number on the wire
   */
  public long type() {
    return address.getAddress() instanceof Inet4Address ? IPV4 : IPV6;
  }

  /**
   * What follows the type on the wire.
   *
   * @return at most 26 bytes
   */
  public byte[] body() {
    ByteBuffer out = ByteBuffer.allocate(MAX_BODY_BYTES);
    QuicVarint.write(out, seq);
    out.put(address.getAddress().getAddress()).putShort((short) address.getPort());
    byte[] body = new byte[out.position()];
    out.flip().get(body);
    return body;
  }

  /**
   * Reads a frame.
   *
   * @param type its number on the wire
   * @param body what follows it
   * @return the frame, or empty if the type is another one
   * @throws IllegalArgumentException if the body is not exactly one of that type
   */
  public static Optional<ObservedAddress> parse(long type, byte[] body) {
    if (type != IPV4 && type != IPV6) {
      return Optional.empty();
    }
    ByteBuffer in = ByteBuffer.wrap(body);
    try {
      long seq = QuicVarint.read(in);
      byte[] ip = new byte[type == IPV4 ? IPV4_BYTES : IPV6_BYTES];
      in.get(ip);
      int port = Short.toUnsignedInt(in.getShort());
      if (in.hasRemaining()) {
        throw new IllegalArgumentException(
            "an observed address with " + in.remaining() + " bytes too many");
      }
      return Optional.of(
          new ObservedAddress(seq, new InetSocketAddress(InetAddress.getByAddress(ip), port)));
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException(
          "an observed address cut short to " + body.length + " bytes", e);
    } catch (UnknownHostException e) {
      throw new AssertionError("4 or 16 bytes are an address", e);
    }
  }
}
