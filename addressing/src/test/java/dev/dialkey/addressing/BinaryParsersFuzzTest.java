package dev.dialkey.addressing;

import static dev.dialkey.addressing.AddressFormats.toleratesHostile;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Every reader of foreign bytes: the typed error or a value that survives its own binary form. */
class BinaryParsersFuzzTest {
  @FuzzTest(maxDuration = "1m")
  void endpointTicket(byte[] input) {
    toleratesHostile(() -> {
      EndpointTicket ticket = EndpointTicket.fromBytes(input);
      assertThat(EndpointTicket.fromBytes(ticket.toBytes())).isEqualTo(ticket);
      return ticket;
    });
  }

  @FuzzTest(maxDuration = "1m")
  void blobTicket(byte[] input) {
    toleratesHostile(() -> {
      BlobTicket ticket = BlobTicket.fromBytes(input);
      assertThat(BlobTicket.fromBytes(ticket.toBytes())).isEqualTo(ticket);
      return ticket;
    });
  }

  @FuzzTest(maxDuration = "1m")
  void endpointAddr(byte[] input) {
    toleratesHostile(() -> {
      var in = ByteBuffer.wrap(input);
      EndpointAddr addr = EndpointAddr.read(in);
      assertThat(in.remaining()).isLessThan(input.length);
      assertThat(EndpointAddr.read(ByteBuffer.wrap(addr.toBytes()))).isEqualTo(addr);
      return addr;
    });
  }

  @FuzzTest(maxDuration = "1m")
  void customAddr(byte[] input) {
    toleratesHostile(() -> {
      CustomAddr addr = CustomAddr.fromBytes(input);
      assertThat(addr.toBytes()).isEqualTo(input);
      return addr;
    });
  }

  /** The first 32 bytes are a key, the next 64 a signature, the rest the message. */
  @FuzzTest(maxDuration = "1m")
  void strictVerify(byte[] input) {
    toleratesHostile(() -> {
      EndpointId id = EndpointId.fromBytes(Arrays.copyOf(input, 32));
      Signature signature = Signature.fromBytes(slice(input, 32, 96));
      boolean valid = id.verify(slice(input, 96, Math.max(96, input.length)), signature);
      assertThat(valid && id.isWeak()).isFalse();
      return id;
    });
  }

  private static byte[] slice(byte[] input, int from, int to) {
    return Arrays.copyOfRange(Arrays.copyOf(input, Math.max(input.length, to)), from, to);
  }
}
