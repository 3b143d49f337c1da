package dev.dialkey.addressing;

import static dev.dialkey.addressing.AddressFormats.failure;
import static dev.dialkey.addressing.AddressFormats.kind;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.dialkey.addressing.AddressFormatException.Kind;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class EndpointAddrTest {
  private static final EndpointId ID =
      EndpointId.parse("ae58ff8833241ac82d6ff7611046ed67b5072d142c588d0063e942d9a75502b6");
  private static final RelayUrl RELAY = RelayUrl.of("http://derp.me./");

  @Test
  void addressesAreASetInTheOrderOfTheWire() {
    EndpointAddr addr =
        EndpointAddr.of(ID)
            .withCustom(CustomAddr.of(1, new byte[0]))
            .withIp(SocketAddrs.parse("[::1]:1"))
            .withIp(SocketAddrs.parse("10.0.0.1:80"))
            .withIp(SocketAddrs.parse("10.0.0.1:80"))
            .withRelay(RELAY);

    assertThat(addr.addrs().stream().map(TransportAddr::toString))
        .containsExactly("relay:http://derp.me./", "ip:10.0.0.1:80", "ip:[::1]:1", "custom:1_");
    assertThat(addr.relayUrls()).containsExactly(RELAY);
    assertThat(addr.ipAddrs()).map(SocketAddrs::format).containsExactly("10.0.0.1:80", "[::1]:1");
    assertThat(addr)
        .hasToString(ID + " [relay:http://derp.me./, ip:10.0.0.1:80, ip:[::1]:1, custom:1_]");
  }

  @Test
  void equalityIgnoresTheOrderOfAdding() {
    EndpointAddr one = EndpointAddr.of(ID).withRelay(RELAY).withIp(SocketAddrs.parse("1.2.3.4:5"));
    EndpointAddr two = EndpointAddr.of(ID).withIp(SocketAddrs.parse("1.2.3.4:5")).withRelay(RELAY);

    assertThat(one).isEqualTo(two).hasSameHashCodeAs(two).isNotEqualTo(EndpointAddr.of(ID));
    assertThat(one.toBytes()).isEqualTo(two.toBytes());
  }

  @Test
  void addressIsAValue() {
    EndpointAddr addr = EndpointAddr.of(ID);
    addr.withRelay(RELAY);

    assertThat(addr.addrs()).isEmpty();
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> addr.addrs().add(new TransportAddr.Relay(RELAY)));
  }

  @Test
  void filterKeepsWhatIsWanted() {
    EndpointAddr addr = EndpointAddr.of(ID).withRelay(RELAY).withIp(SocketAddrs.parse("1.2.3.4:5"));

    assertThat(addr.filter(TransportAddr.Relay.class::isInstance))
        .isEqualTo(EndpointAddr.of(ID).withRelay(RELAY));
  }

  @Test
  void scopesTellAddressesApartButAreNotWritten() {
    EndpointAddr two =
        EndpointAddr.of(ID)
            .withIp(SocketAddrs.parse("[fe80::1%1]:5"))
            .withIp(SocketAddrs.parse("[fe80::1%2]:5"));
    assertThat(two.addrs()).hasSize(2);

    EndpointAddr read = EndpointAddr.read(ByteBuffer.wrap(two.toBytes()));

    assertThat(read).isEqualTo(EndpointAddr.of(ID).withIp(SocketAddrs.parse("[fe80::1]:5")));
    assertThat(read.toBytes()).isEqualTo(two.toBytes());
  }

  @Test
  void ipAddressIsResolvedAndWithoutName() {
    var unresolved = InetSocketAddress.createUnresolved("localhost", 1);

    assertThatIllegalArgumentException().isThrownBy(() -> new TransportAddr.Ip(unresolved));
    assertThat(new TransportAddr.Ip(SocketAddrs.parse("[fe80::1%1]:5")))
        .isEqualTo(new TransportAddr.Ip(SocketAddrs.parse("[fe80::1%1]:5")))
        .hasSameHashCodeAs(new TransportAddr.Ip(SocketAddrs.parse("[fe80::1%1]:5")))
        .isNotEqualTo(new TransportAddr.Ip(SocketAddrs.parse("[fe80::1%2]:5")));
  }

  @Test
  void mappedAddressSurvivesTheWire() {
    EndpointAddr addr = EndpointAddr.of(ID).withIp(SocketAddrs.parse("[::ffff:1.2.3.4]:5"));

    assertThat(EndpointAddr.read(ByteBuffer.wrap(addr.toBytes()))).isEqualTo(addr);
  }

  @Test
  void setIsBounded() {
    Stream<TransportAddr> full =
        IntStream.rangeClosed(1, EndpointAddr.MAX_ADDRS)
            .mapToObj(port -> new TransportAddr.Ip(SocketAddrs.parse("1.2.3.4:" + port)));
    EndpointAddr addr = EndpointAddr.of(ID, full.toList());

    assertThat(EndpointAddr.read(ByteBuffer.wrap(addr.toBytes()))).isEqualTo(addr);
    assertThatIllegalArgumentException().isThrownBy(() -> addr.withRelay(RELAY));
  }

  @Test
  void listBeyondTheBoundIsRefusedBeforeItIsRead() {
    int count = EndpointAddr.MAX_ADDRS + 1;
    var out = new PostcardWriter();
    out.bytes(ID.toBytes());
    out.varint(count);
    for (int i = 0; i < count; i++) {
      out.bytes(new byte[] {1, 0, 1, 2, 3, 4, 5});
    }

    assertThat(failure(() -> EndpointAddr.read(ByteBuffer.wrap(out.toBytes()))))
        .hasMessageContaining("1025 addresses");
  }

  @Test
  void readingLeavesWhatFollowsToTheCaller() {
    byte[] bytes = EndpointAddr.of(ID).withRelay(RELAY).toBytes();
    ByteBuffer in = ByteBuffer.allocate(bytes.length + 2).put(bytes).put((byte) 7).put((byte) 8);
    in.flip();

    assertThat(EndpointAddr.read(in).relayUrls()).containsExactly(RELAY);
    assertThat(in.get()).isEqualTo((byte) 7);
    assertThat(in.remaining()).isEqualTo(1);
  }

  @Test
  void countsAndLengthsAreNotTrusted() {
    for (String tail :
        List.of(
            "ffffffffffffffffff01", // 2^64 - 1 addresses
            "ffffffff07", // 2^31 - 1 addresses
            "0100ffffffff07", // a relay of 2 GiB
            "010201ffffffffffffffffff01")) { // custom data of 2^64 - 1 bytes
      byte[] bytes = HexFormat.of().parseHex(ID + tail);
      assertThat(kind(() -> EndpointAddr.read(ByteBuffer.wrap(bytes))))
          .isEqualTo(Kind.TICKET_CONTENT);
    }
  }

  @Test
  void numbersFitTheirFieldsAndNeedNotBeShort() {
    assertThat(read("010100010203048000")).isEqualTo("[ip:1.2.3.4:0]");
    assertThat(read("01010001020304808000")).isEqualTo("[ip:1.2.3.4:0]");
    assertThat(read("018180808000000102030405")).isEqualTo("[ip:1.2.3.4:5]");
    for (String tail :
        List.of(
            "0101000102030480808000", // port in four bytes
            "01010001020304808004", // port 65536
            "0181808080800000010203040505", // tag in six bytes
            "0181808080100001020304050505", // tag above 32 bits
            "8180808080808080808002")) { // count above 64 bits
      byte[] bytes = HexFormat.of().parseHex(ID + tail);
      assertThat(kind(() -> EndpointAddr.read(ByteBuffer.wrap(bytes))))
          .as(tail)
          .isEqualTo(Kind.TICKET_CONTENT);
    }
  }

  private static String read(String tail) {
    byte[] bytes = HexFormat.of().parseHex(ID + tail);
    return EndpointAddr.read(ByteBuffer.wrap(bytes)).addrs().toString();
  }
}
