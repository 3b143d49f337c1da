package dev.dialkey.addressing;

import static dev.dialkey.addressing.AddressFormats.failure;
import static dev.dialkey.addressing.AddressFormats.kind;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.addressing.AddressFormatException.Kind;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class TicketTest {
  private static final String ID =
      "ae58ff8833241ac82d6ff7611046ed67b5072d142c588d0063e942d9a75502b6";
  private static final String HASH = "0b".repeat(32);

  @Test
  void applicationsDefineKindsOfTheirOwn() {
    byte[] content = {0, 1, 2, (byte) 0xff};
    String text = Ticket.format("chat", content);

    assertThat(text).isEqualTo("chataaaqf7y");
    assertThat(Ticket.payload("chat", text)).isEqualTo(content);
    assertThat(Ticket.payload("chat", "chatAAAQF7Y")).isEqualTo(content);
    assertThat(kind(() -> Ticket.payload("chat", "Chataaaqf7y"))).isEqualTo(Kind.TICKET_KIND);
    assertThat(kind(() -> Ticket.payload("chat", "chataaaqf7y\n"))).isEqualTo(Kind.BASE32);
  }

  @Test
  void ticketOfAnotherKindIsNamedInTheMessage() {
    assertThat(failure(() -> EndpointTicket.parse("blobaaaa")))
        .hasMessage(
            "this is no endpoint ticket: it does not start with \"endpoint\" but with"
                + " \"blobaaaa\"");
  }

  @Test
  void ticketFromBeforeVersionOneIsRecognised() {
    byte[] old = HexFormat.of().parseHex("20" + ID + "00");

    assertThat(failure(() -> EndpointTicket.fromBytes(old)))
        .hasMessageContaining("iroh before 1.0")
        .extracting(AddressFormatException::kind)
        .isEqualTo(Kind.TICKET_CONTENT);
  }

  @Test
  void innerErrorIsTheCauseOfAContentError() {
    byte[] badUrl = HexFormat.of().parseHex("00" + ID + "010003" + "612062"); // "a b"

    assertThat(failure(() -> EndpointTicket.fromBytes(badUrl)))
        .hasMessageContaining("relay URL")
        .hasMessageContaining("no scheme")
        .hasRootCauseMessage("no scheme");
  }

  @Test
  void endpointTicketIsAValue() {
    EndpointAddr addr = EndpointAddr.of(EndpointId.parse(ID));
    EndpointTicket ticket = EndpointTicket.of(addr);

    assertThat(ticket).isEqualTo(EndpointTicket.parse(ticket.toString()));
    assertThat(ticket).hasSameHashCodeAs(EndpointTicket.of(addr));
    assertThat(ticket.kind()).isEqualTo("endpoint");
    assertThat(ticket.addr()).isEqualTo(addr);
    assertThat(ticket).isNotEqualTo(EndpointTicket.of(addr.withIp(SocketAddrs.parse("1.2.3.4:5"))));
  }

  @Test
  void blobTicketHasAddressFormatAndHash() {
    String relay = "687474703a2f2f646572702e6d652e2f"; // http://derp.me./
    byte[] content =
        HexFormat.of()
            .parseHex("00" + ID + "0110" + relay + "02" + "00010203048008" + ipv6() + "01" + HASH);

    BlobTicket ticket = BlobTicket.fromBytes(content);

    assertThat(ticket.addr().relayUrls()).containsExactly(RelayUrl.of("http://derp.me./"));
    assertThat(ticket.addr().ipAddrs())
        .map(SocketAddrs::format)
        .containsExactly("1.2.3.4:1024", "[::1]:1");
    assertThat(ticket.format()).isEqualTo(BlobTicket.Format.HASH_SEQUENCE);
    assertThat(ticket.hash()).hasSize(32).containsOnly(0x0b);
    assertThat(ticket.kind()).isEqualTo("blob");
    assertThat(ticket.toBytes()).isEqualTo(content);
    assertThat(BlobTicket.parse(ticket.toString())).isEqualTo(ticket).hasSameHashCodeAs(ticket);
  }

  @Test
  void malformedBlobTicketIsAContentError() {
    for (String tail :
        List.of(
            "", // nothing after the id
            "02", // neither absent nor present
            "0001", // no socket address
            "0000", // no format
            "000002" + HASH, // unknown format
            "000000" + HASH.substring(2))) { // short hash
      byte[] content = HexFormat.of().parseHex("00" + ID + tail);
      assertThat(kind(() -> BlobTicket.fromBytes(content))).as(tail).isEqualTo(Kind.TICKET_CONTENT);
    }
    byte[] otherVariant = HexFormat.of().parseHex("01" + ID + "000000" + HASH);
    assertThat(kind(() -> BlobTicket.fromBytes(otherVariant))).isEqualTo(Kind.TICKET_CONTENT);
    assertThat(kind(() -> BlobTicket.parse("endpointaa"))).isEqualTo(Kind.TICKET_KIND);
  }

  @Test
  void relayOfABlobTicketCountsAgainstTheBoundToo() {
    var out = new PostcardWriter();
    out.octet(0);
    out.bytes(HexFormat.of().parseHex(ID));
    out.octet(1);
    out.text("http://derp.me./");
    out.varint(EndpointAddr.MAX_ADDRS);
    for (int port = 0; port < EndpointAddr.MAX_ADDRS; port++) {
      AddrCodec.writeSocket(SocketAddrs.parse("1.2.3.4:" + port), out);
    }
    out.octet(0);
    out.bytes(HexFormat.of().parseHex(HASH));

    assertThat(kind(() -> BlobTicket.fromBytes(out.toBytes()))).isEqualTo(Kind.TICKET_CONTENT);
  }

  @Test
  void bytesBehindTheLastFieldAreIgnored() {
    byte[] content = HexFormat.of().parseHex("00" + ID + "000000" + HASH);
    byte[] longer = HexFormat.of().parseHex("00" + ID + "000000" + HASH + "ffff");

    assertThat(BlobTicket.fromBytes(longer)).isEqualTo(BlobTicket.fromBytes(content));
  }

  private static String ipv6() {
    return "01" + "00".repeat(15) + "01" + "01";
  }
}
