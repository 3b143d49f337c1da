package dev.dialkey.addressing;

/**
 * The text form of an {@link EndpointAddr} for people to paste, {@code docs/spec/addressing.md}
 * section 9.
 *
 * <p>A ticket shows its holder the IP addresses of the endpoint, it goes stale when they change,
 * and it may be used any number of times. It gives no right by itself. Immutable.
 */
public final class EndpointTicket implements Ticket {
  /** The word that the text of these tickets begins with. */
  public static final String KIND = "endpoint";

  private final EndpointAddr addr;

  private EndpointTicket(EndpointAddr addr) {
    this.addr = addr;
  }

  /**
   * A ticket for an endpoint.
   *
   * @param addr the endpoint and its addresses
   * @return the ticket
   */
  public static EndpointTicket of(EndpointAddr addr) {
    return new EndpointTicket(addr);
  }

  /**
   * Reads the text of a ticket. Nothing is trimmed.
   *
   * @param text the ticket
   * @return the ticket
   * @throws AddressFormatException of kind TICKET_KIND, BASE32 or TICKET_CONTENT
   */
  public static EndpointTicket parse(String text) {
    return fromBytes(Ticket.payload(KIND, text));
  }

  /**
   * Reads the content of a ticket. Bytes behind the last field are ignored.
   *
   * @param payload the content, as {@link #toBytes()} gives it
   * @return the ticket
   * @throws AddressFormatException of kind TICKET_CONTENT
   */
  public static EndpointTicket fromBytes(byte[] payload) {
    return new EndpointTicket(TicketReader.read(payload, AddrCodec::read));
  }

  /**
   * The endpoint and its addresses.
   *
   * @return the address to dial
   */
  public EndpointAddr addr() {
    return addr;
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public byte[] toBytes() {
    var out = new PostcardWriter();
    out.octet(TicketReader.VARIANT);
    AddrCodec.write(addr, out);
    return out.toBytes();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EndpointTicket ticket && addr.equals(ticket.addr);
  }

  @Override
  public int hashCode() {
    return addr.hashCode();
  }

  /** The text that {@link #parse} reads. */
  @Override
  public String toString() {
    return Ticket.format(KIND, toBytes());
  }
}
