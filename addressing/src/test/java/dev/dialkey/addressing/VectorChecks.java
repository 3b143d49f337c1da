package dev.dialkey.addressing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dialkey.addressing.AddressFormatException.Kind;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** What each {@code fn} of the vector file means in this module. An unknown one is an error. */
final class VectorChecks {
  /** The vector file gives reasons in words; these are the kinds that users see for them. */
  private static final Map<String, Kind> KIND_BY_FN =
      Map.of(
          "endpoint_id.parse", Kind.BASE32,
          "endpoint_id.from_z32", Kind.BASE32,
          "endpoint_id.from_bytes", Kind.KEY,
          "secret_key.parse", Kind.BASE32,
          "relay_url.parse", Kind.URL,
          "custom_addr.parse", Kind.CUSTOM_ADDR,
          "custom_addr.from_bytes", Kind.CUSTOM_ADDR,
          "socket_addr.parse", Kind.SOCKET_ADDR,
          "endpoint_ticket.parse", Kind.TICKET_CONTENT);

  private static final Map<String, Kind> KIND_BY_VECTOR =
      Map.ofEntries(
          Map.entry("endpoint_id.parse/hex-upper", Kind.HEX),
          Map.entry("endpoint_id.parse/base32-31-bytes", Kind.LENGTH),
          Map.entry("endpoint_id.parse/base32-33-bytes", Kind.LENGTH),
          Map.entry("endpoint_id.parse/empty", Kind.LENGTH),
          Map.entry("endpoint_id.parse/not-on-curve", Kind.KEY),
          Map.entry("endpoint_id.from_z32/z32-not-on-curve", Kind.KEY),
          Map.entry("endpoint_id.from_bytes/bytes-31", Kind.LENGTH),
          Map.entry("secret_key.parse/secret-hex-upper", Kind.HEX),
          Map.entry("secret_key.parse/secret-empty", Kind.LENGTH),
          Map.entry("endpoint_ticket.parse/kind-upper", Kind.TICKET_KIND),
          Map.entry("endpoint_ticket.parse/kind-blob", Kind.TICKET_KIND),
          Map.entry("endpoint_ticket.parse/kind-missing", Kind.TICKET_KIND),
          Map.entry("endpoint_ticket.parse/leading-space", Kind.TICKET_KIND),
          Map.entry("endpoint_ticket.parse/trailing-newline", Kind.BASE32),
          Map.entry("endpoint_ticket.parse/padding", Kind.BASE32),
          Map.entry("endpoint_ticket.parse/trailing-bits", Kind.BASE32),
          Map.entry("endpoint_ticket.parse/bad-symbol", Kind.BASE32));

  private VectorChecks() {}

  static void check(Vector vector) {
    switch (vector.fn()) {
      case "endpoint_id.forms" -> forms(vector);
      case "endpoint_id.parse" ->
          parsed(vector, EndpointId::parse, id -> sameText(vector, "hex", id));
      case "endpoint_id.from_z32" ->
          parsed(vector, EndpointId::fromZ32, id -> sameText(vector, "hex", id));
      case "endpoint_id.from_bytes" -> parsed(vector, VectorChecks::id, id -> idBytes(vector, id));
      case "secret_key.public" -> secretPublic(vector);
      case "secret_key.parse" -> parsed(vector, SecretKey::parse, key -> secret(vector, key));
      case "sign" -> sign(vector);
      case "verify_strict" -> verify(vector);
      case "relay_url.parse" ->
          parsed(
              vector,
              RelayUrl::parse,
              url -> assertThat(url).hasToString(vector.expected().asText()));
      case "relay_url.equal" -> urlsEqual(vector);
      case "custom_addr.parse" -> parsed(vector, CustomAddr::parse, addr -> custom(vector, addr));
      case "custom_addr.from_bytes" ->
          parsed(
              vector, hex -> CustomAddr.fromBytes(bytes(hex)), addr -> customParts(vector, addr));
      case "socket_addr.parse" ->
          parsed(
              vector,
              SocketAddrs::parse,
              addr -> assertThat(SocketAddrs.format(addr)).isEqualTo(vector.expected().asText()));
      case "endpoint_ticket.encode" -> ticketEncode(vector);
      case "endpoint_ticket.parse" ->
          parsed(vector, EndpointTicket::parse, ticket -> ticketParts(vector, ticket));
      case "blob_ticket.text" -> blob(vector);
      default -> throw new AssertionError("vector of an unknown function: " + vector.id());
    }
  }

  private interface Parser<T> {
    T parse(String text);
  }

  private interface Check<T> {
    void check(T value);
  }

  private static <T> void parsed(Vector vector, Parser<T> parser, Check<T> check) {
    String text = vector.input().asText();
    if (vector.valid()) {
      check.check(parser.parse(text));
      return;
    }
    Kind kind = KIND_BY_VECTOR.getOrDefault(vector.id(), KIND_BY_FN.get(vector.fn()));
    assertThat(failure(() -> parser.parse(text)).kind()).as(vector.id()).isEqualTo(kind);
  }

  private static AddressFormatException failure(Supplier<?> action) {
    var failure = catchThrowableOfType(AddressFormatException.class, action::get);
    if (failure == null) {
      throw new AssertionError("accepted");
    }
    return failure;
  }

  private static void forms(Vector vector) {
    EndpointId id = id(vector.input().get("hex").asText());
    sameText(vector, "hex", id);
    assertThat(id.toBase32()).isEqualTo(vector.expected("base32"));
    assertThat(id.toZ32()).isEqualTo(vector.expected("z32"));
    assertThat(id.shortString()).isEqualTo(vector.expected("short"));
    assertThat(id.tlsName()).isEqualTo(vector.expected("tls_name"));
    assertThat(hex(sha1(id.toBytes()))).isEqualTo(vector.expected("dht_target"));
    assertThat(EndpointId.parse(id.toBase32())).isEqualTo(id);
    assertThat(EndpointId.fromZ32(id.toZ32())).isEqualTo(id);
  }

  private static void idBytes(Vector vector, EndpointId id) {
    sameText(vector, "hex", id);
    assertThat(id.isWeak()).isEqualTo(vector.expected().get("small_order").asBoolean());
    byte[] compressed = EdwardsPoint.decompress(id.toBytes()).orElseThrow().compress();
    assertThat(hex(compressed).equals(id.toString()))
        .isEqualTo(vector.expected().get("canonical").asBoolean());
  }

  private static void secretPublic(Vector vector) {
    try (var key = SecretKey.fromBytes(bytes(vector.input().get("secret").asText()))) {
      assertThat(key.endpointId()).hasToString(vector.expected("public"));
    }
  }

  private static void secret(Vector vector, SecretKey key) {
    try (key) {
      assertThat(hex(key.toBytes())).isEqualTo(vector.expected("secret"));
      assertThat(key.endpointId()).hasToString(vector.expected("public"));
    }
  }

  private static void sign(Vector vector) {
    byte[] message = bytes(vector.input().get("message").asText());
    try (var key = SecretKey.fromBytes(bytes(vector.input().get("secret").asText()))) {
      Signature signature = key.sign(message);
      assertThat(signature).hasToString(vector.expected("signature"));
      assertThat(key.endpointId().verify(message, signature)).isTrue();
    }
  }

  private static void verify(Vector vector) {
    EndpointId id = id(vector.input().get("public").asText());
    byte[] message = bytes(vector.input().get("message").asText());
    byte[] signature = bytes(vector.input().get("signature").asText());
    if (signature.length != Signature.BYTES) {
      assertThat(vector.valid()).isFalse();
      assertThat(failure(() -> Signature.fromBytes(signature)).kind()).isEqualTo(Kind.LENGTH);
      return;
    }
    assertThat(id.verify(message, Signature.fromBytes(signature))).isEqualTo(vector.valid());
  }

  private static void urlsEqual(Vector vector) {
    var a = RelayUrl.parse(vector.input().get(0).asText());
    var b = RelayUrl.parse(vector.input().get(1).asText());
    assertThat(a.equals(b)).isEqualTo(vector.expected().asBoolean());
    assertThat(a.compareTo(b) == 0).isEqualTo(vector.expected().asBoolean());
  }

  private static void custom(Vector vector, CustomAddr addr) {
    customParts(vector, addr);
    assertThat(addr).hasToString(vector.expected("text"));
    assertThat(hex(addr.toBytes())).isEqualTo(vector.expected("binary"));
    assertThat(CustomAddr.fromBytes(addr.toBytes())).isEqualTo(addr);
    var out = new PostcardWriter();
    AddrCodec.writeCustom(addr, out);
    assertThat(hex(out.toBytes())).isEqualTo(vector.expected("postcard"));
    var in = new PostcardReader(ByteBuffer.wrap(out.toBytes()));
    assertThat(AddrCodec.readCustom(in)).isEqualTo(addr);
  }

  private static void customParts(Vector vector, CustomAddr addr) {
    assertThat(Long.toUnsignedString(addr.transportId())).isEqualTo(vector.expected("id"));
    assertThat(hex(addr.data())).isEqualTo(vector.expected("data"));
  }

  private static void ticketEncode(Vector vector) {
    List<TransportAddr> addrs = new ArrayList<>();
    vector.input().get("addrs").forEach(text -> addrs.add(transportAddr(text.asText())));
    var addr = EndpointAddr.of(id(vector.input().get("id").asText()), addrs);
    var ticket = EndpointTicket.of(addr);
    assertThat(hex(ticket.toBytes())).isEqualTo(vector.expected("bytes"));
    assertThat(ticket).hasToString(vector.expected("text"));
    assertThat(hex(addr.toBytes())).isEqualTo(vector.expected("endpoint_addr_postcard"));
    assertThat(EndpointAddr.read(ByteBuffer.wrap(addr.toBytes()))).isEqualTo(addr);
    assertThat(EndpointTicket.parse(ticket.toString())).isEqualTo(ticket);
  }

  private static void ticketParts(Vector vector, EndpointTicket ticket) {
    sameText(vector, "id", ticket.addr().id());
    List<String> expected = new ArrayList<>();
    for (JsonNode addr : vector.expected().get("addrs")) {
      expected.add(addr.asText());
    }
    assertThat(ticket.addr().addrs().stream().map(TransportAddr::toString))
        .containsExactlyElementsOf(expected);
  }

  private static void blob(Vector vector) {
    byte[] content = bytes(vector.input().get("bytes").asText());
    assertThat(Ticket.format(BlobTicket.KIND, content)).isEqualTo(vector.expected().asText());
    var ticket = BlobTicket.parse(vector.expected().asText());
    assertThat(ticket.toBytes()).isEqualTo(content);
    assertThat(hex(ticket.hash())).isEqualTo(hex(content).substring(72));
    assertThat(ticket.format()).isEqualTo(BlobTicket.Format.RAW);
    assertThat(ticket.addr()).isEqualTo(EndpointAddr.of(id(hex(content).substring(2, 66))));
  }

  static TransportAddr transportAddr(String text) {
    String rest = text.substring(text.indexOf(':') + 1);
    return switch (text.substring(0, text.indexOf(':'))) {
      case "relay" -> new TransportAddr.Relay(RelayUrl.parse(rest));
      case "ip" -> new TransportAddr.Ip(SocketAddrs.parse(rest));
      case "custom" -> new TransportAddr.Custom(CustomAddr.parse(rest));
      default -> throw new AssertionError(text);
    };
  }

  private static void sameText(Vector vector, String field, EndpointId id) {
    assertThat(id).hasToString(vector.expected(field));
  }

  private static EndpointId id(String hex) {
    return EndpointId.fromBytes(bytes(hex));
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex);
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private static byte[] sha1(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-1").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
