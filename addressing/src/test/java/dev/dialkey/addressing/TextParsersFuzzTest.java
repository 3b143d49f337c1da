package dev.dialkey.addressing;

import static dev.dialkey.addressing.AddressFormats.toleratesHostile;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Every reader of foreign text: the typed error or a value that survives its own text form. */
class TextParsersFuzzTest {
  @FuzzTest(maxDuration = "1m")
  void endpointId(byte[] input) {
    toleratesHostile(() -> {
      EndpointId id = EndpointId.parse(new String(input, UTF_8));
      assertThat(EndpointId.parse(id.toString())).isEqualTo(id);
      assertThat(EndpointId.fromZ32(id.toZ32())).isEqualTo(id);
      return id;
    });
  }

  @FuzzTest(maxDuration = "1m")
  void endpointIdInZ32(byte[] input) {
    String text = new String(input, UTF_8);
    toleratesHostile(() -> {
      EndpointId id = EndpointId.fromZ32(text);
      assertThat(id.toZ32()).isEqualTo(text);
      return id;
    });
  }

  @FuzzTest(maxDuration = "1m")
  void secretKey(byte[] input) {
    toleratesHostile(() -> {
      try (var key = SecretKey.parse(new String(input, UTF_8))) {
        return key.endpointId();
      }
    });
  }

  @FuzzTest(maxDuration = "1m")
  void relayUrl(byte[] input) {
    String text = new String(input, UTF_8);
    toleratesHostile(() -> RelayUrl.of(text));
    toleratesHostile(() -> {
      RelayUrl url = RelayUrl.parse(text);
      assertThat(RelayUrl.parse(url.toString())).isEqualTo(url);
      assertThat(url.host().isPresent() || !url.isDialable()).isTrue();
      return url;
    });
  }

  @FuzzTest(maxDuration = "1m")
  void socketAddr(byte[] input) {
    toleratesHostile(() -> {
      var address = SocketAddrs.parse(new String(input, UTF_8));
      var again = SocketAddrs.parse(SocketAddrs.format(address));
      assertThat(SocketAddrs.ORDER.compare(address, again)).isZero();
      return address;
    });
  }

  @FuzzTest(maxDuration = "1m")
  void customAddr(byte[] input) {
    toleratesHostile(() -> {
      CustomAddr addr = CustomAddr.parse(new String(input, UTF_8));
      assertThat(CustomAddr.parse(addr.toString())).isEqualTo(addr);
      return addr;
    });
  }

  @FuzzTest(maxDuration = "1m")
  void endpointTicket(byte[] input) {
    toleratesHostile(() -> {
      EndpointTicket ticket = EndpointTicket.parse(new String(input, UTF_8));
      assertThat(EndpointTicket.parse(ticket.toString())).isEqualTo(ticket);
      return ticket;
    });
  }

  @FuzzTest(maxDuration = "1m")
  void blobTicket(byte[] input) {
    toleratesHostile(() -> {
      BlobTicket ticket = BlobTicket.parse(new String(input, UTF_8));
      assertThat(BlobTicket.parse(ticket.toString())).isEqualTo(ticket);
      return ticket;
    });
  }
}
