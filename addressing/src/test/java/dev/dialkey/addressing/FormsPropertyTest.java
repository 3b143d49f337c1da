package dev.dialkey.addressing;

import static dev.dialkey.addressing.AddressFormats.kind;
import static dev.dialkey.addressing.AddressFormats.toleratesHostile;
import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;

import dev.dialkey.addressing.AddressFormatException.Kind;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.quicktheories.core.Gen;

class FormsPropertyTest {
  @Test
  void base32RoundTripsInEveryAlphabetAndHasOneFormOnly() {
    qt().forAll(Samples.bytes(0, 70))
        .checkAssert(bytes -> {
          for (Base32 alphabet : List.of(Base32.RFC4648, Base32.Z_BASE, Base32.HEX)) {
            String text = alphabet.encode(bytes);
            assertThat(alphabet.decode(text)).isEqualTo(bytes);
            assertThat(text).hasSize((bytes.length * 8 + 4) / 5);
          }
          String upper = Base32.RFC4648.encode(bytes).toUpperCase(Locale.ROOT);
          assertThat(Base32.RFC4648.decode(upper)).isEqualTo(bytes);
        });
  }

  @Test
  void whateverBase32DecodesEncodesToTheSameText() {
    Gen<String> texts =
        Samples.bytes(0, 24)
            .map(bytes -> {
              var text = new StringBuilder();
              for (byte b : bytes) {
                text.append("ybndrfg8ejkmcpqxot1uwisza345h769".charAt(b & 31));
              }
              return text.toString();
            });
    qt().forAll(texts)
        .checkAssert(text ->
            toleratesHostile(() -> {
              byte[] decoded = Base32.Z_BASE.decode(text);
              assertThat(Base32.Z_BASE.encode(decoded)).isEqualTo(text);
              return decoded;
            }));
  }

  @Test
  void idsRoundTripInEveryForm() {
    qt().withExamples(300)
        .forAll(Samples.ids())
        .checkAssert(id -> {
          assertThat(EndpointId.parse(id.toString())).isEqualTo(id);
          assertThat(EndpointId.parse(id.toBase32())).isEqualTo(id);
          assertThat(EndpointId.fromZ32(id.toZ32())).isEqualTo(id);
          assertThat(EndpointId.fromBytes(id.toBytes())).isEqualTo(id);
          assertThat(id.toString()).startsWith(id.shortString());
          assertThat(id.tlsName()).matches("[0-9a-v]{52}\\.iroh\\.invalid");
        });
  }

  @Test
  void signaturesVerifyUnderTheirKeyAndMessageOnly() {
    qt().withExamples(60)
        .forAll(Samples.bytes(32, 32), Samples.bytes(0, 100), integers().between(0, 511))
        .checkAssert((seed, message, bit) -> {
          try (var key = SecretKey.fromBytes(seed)) {
            byte[] signature = key.sign(message).toBytes();
            EndpointId id = key.endpointId();
            assertThat(id.verify(message, Signature.fromBytes(signature))).isTrue();
            assertThat(id.verify(Arrays.copyOf(message, 101), Signature.fromBytes(signature)))
                .isFalse();
            signature[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(id.verify(message, Signature.fromBytes(signature))).isFalse();
          }
        });
  }

  @Test
  void socketAddressesRoundTripAndTheirOrderAgreesWithEquality() {
    qt().forAll(Samples.sockets(), Samples.sockets())
        .checkAssert((a, b) -> {
          assertThat(SocketAddrs.ORDER.compare(SocketAddrs.parse(SocketAddrs.format(a)), a))
              .isZero();
          assertThat(SocketAddrs.ORDER.compare(a, b) == 0)
              .isEqualTo(SocketAddrs.format(a).equals(SocketAddrs.format(b)));
        });
  }

  @Test
  void customAddressesRoundTripAndTheirOrderAgreesWithEquality() {
    qt().forAll(Samples.customs(), Samples.customs())
        .checkAssert((a, b) -> {
          assertThat(CustomAddr.parse(a.toString())).isEqualTo(a);
          assertThat(CustomAddr.fromBytes(a.toBytes())).isEqualTo(a);
          assertThat(a.compareTo(b) == 0).isEqualTo(a.equals(b));
          assertThat(Integer.signum(a.compareTo(b))).isEqualTo(-Integer.signum(b.compareTo(a)));
        });
  }

  @Test
  void normalisedUrlIsAsciiAndStaysAsItIs() {
    qt().withExamples(5_000)
        .forAll(Samples.texts())
        .checkAssert(text ->
            toleratesHostile(() -> {
              RelayUrl url = RelayUrl.parse(text);
              assertThat(url.toString()).matches("[ -~]+");
              assertThat(RelayUrl.parse(url.toString())).isEqualTo(url);
              return url;
            }));
  }

  @Test
  void anyTextIsReadOrRefusedWithTheTypedError() {
    qt().withExamples(3_000)
        .forAll(Samples.texts())
        .checkAssert(text -> {
          toleratesHostile(() -> RelayUrl.of(text));
          toleratesHostile(() -> SocketAddrs.parse(text));
          toleratesHostile(() -> CustomAddr.parse(text));
          toleratesHostile(() -> EndpointId.parse(text));
          toleratesHostile(() -> EndpointId.fromZ32(text));
          toleratesHostile(() -> SecretKey.parse(text));
          toleratesHostile(() -> EndpointTicket.parse(text));
          toleratesHostile(() -> BlobTicket.parse(text));
        });
  }

  @Test
  void ticketsRoundTripAndEqualAddressesHaveEqualBytes() {
    qt().withExamples(300)
        .forAll(Samples.addrs())
        .checkAssert(addr -> {
          EndpointTicket ticket = EndpointTicket.of(addr);
          assertThat(EndpointTicket.parse(ticket.toString()).addr()).isEqualTo(addr);
          assertThat(EndpointTicket.parse(ticket.toString()).toBytes()).isEqualTo(ticket.toBytes());
          assertThat(EndpointAddr.read(ByteBuffer.wrap(addr.toBytes()))).isEqualTo(addr);
          assertThat(new TreeSet<>(addr.addrs())).isEqualTo(addr.addrs());
        });
  }

  @Test
  void everyTruncationOfATicketFails() {
    qt().withExamples(100)
        .forAll(Samples.addrs())
        .checkAssert(addr -> {
          byte[] whole = EndpointTicket.of(addr).toBytes();
          for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThat(kind(() -> EndpointTicket.fromBytes(cut))).isEqualTo(Kind.TICKET_CONTENT);
          }
        });
  }

  @Test
  void mutatedTicketIsReadOrRefusedWithTheTypedErrorAndWhatIsReadRoundTrips() {
    qt().withExamples(2_000)
        .forAll(Samples.addrs(), integers().between(0, 1 << 20), integers().between(1, 255))
        .checkAssert((addr, position, change) -> {
          byte[] bytes = EndpointTicket.of(addr).toBytes();
          bytes[position % bytes.length] ^= change.byteValue();
          toleratesHostile(() -> {
            EndpointTicket read = EndpointTicket.fromBytes(bytes);
            assertThat(EndpointTicket.fromBytes(read.toBytes())).isEqualTo(read);
            return read;
          });
          toleratesHostile(() -> BlobTicket.fromBytes(bytes));
        });
  }
}
