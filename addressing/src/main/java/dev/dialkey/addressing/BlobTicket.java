package dev.dialkey.addressing;

import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A ticket for a blob: who has it, and its BLAKE3 hash. {@code docs/spec/addressing.md} section 9.
 *
 * <p>Dialkey transfers no blobs itself; this type serves programs that do, or that only want the
 * address. Its form keeps one relay and no custom addresses. Immutable.
 */
public final class BlobTicket implements Ticket {
  /** The word that the text of these tickets begins with. */
  public static final String KIND = "blob";

  /** The size of a BLAKE3 hash. */
  public static final int HASH_BYTES = 32;

  private static final byte ABSENT = 0;
  private static final byte PRESENT = 1;
  private static final int RAW_NUMBER = 0;
  private static final int HASH_SEQUENCE_NUMBER = 1;

  private final EndpointAddr addr;
  private final Format format;
  private final byte[] hash;

  private BlobTicket(EndpointAddr addr, Format format, byte[] hash) {
    this.addr = addr;
    this.format = format;
    this.hash = hash;
  }

  /**
   * Reads the text of a ticket. Nothing is trimmed.
   *
   * @param text the ticket
   * @return the ticket
   * @throws AddressFormatException of kind TICKET_KIND, BASE32 or TICKET_CONTENT
   */
  public static BlobTicket parse(String text) {
    return fromBytes(Ticket.payload(KIND, text));
  }

  /**
   * Reads the content of a ticket. Bytes behind the last field are ignored.
   *
   * @param payload the content, as {@link #toBytes()} gives it
   * @return the ticket
   * @throws AddressFormatException of kind TICKET_CONTENT
   */
  public static BlobTicket fromBytes(byte[] payload) {
    return TicketReader.read(payload, BlobTicket::read);
  }

  /**
   * The endpoint that has the blob.
   *
   * @return the address to dial
   */
  public EndpointAddr addr() {
    return addr;
  }

  /**
   * What the hash stands for.
   *
   * @return the format
   */
  public Format format() {
    return format;
  }

  /**
   * The BLAKE3 hash.
   *
   * @return a new array of 32 bytes
   */
  public byte[] hash() {
    return hash.clone();
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public byte[] toBytes() {
    var out = new PostcardWriter();
    out.octet(TicketReader.VARIANT);
    out.bytes(addr.id().toBytes());
    Optional<RelayUrl> relay = addr.relayUrls().stream().findFirst();
    out.octet(relay.isPresent() ? PRESENT : ABSENT);
    relay.ifPresent(url -> out.text(url.toString()));
    List<InetSocketAddress> sockets = addr.ipAddrs();
    out.varint(sockets.size());
    sockets.forEach(socket -> AddrCodec.writeSocket(socket, out));
    out.varint(
        switch (format) {
          case RAW -> RAW_NUMBER;
          case HASH_SEQUENCE -> HASH_SEQUENCE_NUMBER;
        });
    out.bytes(hash);
    return out.toBytes();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof BlobTicket ticket
        && addr.equals(ticket.addr)
        && format == ticket.format
        && Arrays.equals(hash, ticket.hash);
  }

  @Override
  public int hashCode() {
    return 31 * addr.hashCode() + Arrays.hashCode(hash);
  }

  /** The text that {@link #parse} reads. */
  @Override
  public String toString() {
    return Ticket.format(KIND, toBytes());
  }

  private static BlobTicket read(PostcardReader in) {
    var addr = EndpointAddr.of(AddrCodec.readId(in));
    byte relayFollows = in.octet();
    if (relayFollows == PRESENT) {
      addr = addr.withRelay(AddrCodec.readRelay(in));
    } else if (relayFollows != ABSENT) {
      throw PostcardReader.malformed("an optional field is neither absent nor present");
    }
    List<InetSocketAddress> sockets = AddrCodec.readSockets(in, addr.addrs().size());
    addr = addr.withAll(sockets.stream().map(TransportAddr.Ip::new).toList());
    return new BlobTicket(addr, readFormat(in), in.bytes(HASH_BYTES));
  }

  private static Format readFormat(PostcardReader in) {
    long number = in.varint32();
    if (number == RAW_NUMBER) {
      return Format.RAW;
    }
    if (number == HASH_SEQUENCE_NUMBER) {
      return Format.HASH_SEQUENCE;
    }
    throw PostcardReader.malformed("blob format " + number + " is unknown");
  }

  /** What the hash stands for. */
  public enum Format {
    /** One blob. */
    RAW,
    /** A blob that is a sequence of hashes of further blobs. */
    HASH_SEQUENCE
  }
}
