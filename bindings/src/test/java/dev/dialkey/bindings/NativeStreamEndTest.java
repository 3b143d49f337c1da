package dev.dialkey.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dialkey.bindings.LoopbackPeer.Event;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is heard of a stream after its last write, and keying material. */
@ExtendWith(NativeLeakCheck.class)
class NativeStreamEndTest {
  private static final long STREAM = 0;

  private LoopbackPair pair;
  private NativeConnection client;
  private NativeConnection server;

  @BeforeEach
  void open() throws Exception {
    pair = LoopbackPair.connected();
    client = pair.client.connection();
    server = pair.server.connection();
  }

  @AfterEach
  void close() {
    pair.close();
  }

  @Test
  void theAcknowledgedEndIsToldToWhoAsked() {
    assertThat(client.streamAcked(STREAM)).isEqualTo(NativeStatus.STATE);
    write("text");
    client.streamFinish(LoopbackPeer.now(), STREAM);
    assertThat(client.streamAcked(STREAM)).isEqualTo(NativeStatus.DONE);

    pair.until(() -> pair.client.log.contains(new Event(NativeEvent.STREAM_ACKED, STREAM, 0)));

    assertThat(client.streamAcked(STREAM)).isOne();
  }

  @Test
  void aStopIsToldAlthoughNobodyWrites() {
    write("text");
    pair.until(() -> pair.server.seen.contains(NativeEvent.STREAM_READABLE));
    assertThat(server.streamStop(LoopbackPeer.now(), STREAM, 4_711)).isZero();

    pair.until(() -> pair.client.log.contains(new Event(NativeEvent.STREAM_STOPPED, 0, 4_711)));

    assertThat(write("more")).isEqualTo(NativeStatus.STREAM_STOPPED);
    assertThat(client.streamErrorCode()).isEqualTo(4_711);
    assertThat(client.streamAcked(STREAM)).isOne();
  }

  @Test
  void bothSidesExportTheSameKeys() {
    byte[] label = "EXPORTER-test".getBytes(StandardCharsets.US_ASCII);
    byte[] context = {1, 2, 3};

    byte[] key = client.exportKeying(label, context, 48);

    assertThat(server.exportKeying(label, context, 48)).isEqualTo(key).hasSize(48);
    assertThat(client.exportKeying(label, new byte[0], 48)).isNotEqualTo(key);
    assertThatThrownBy(() -> client.exportKeying(label, context, 8_161))
        .isInstanceOf(NativeException.class);
    assertThatThrownBy(() -> client.exportKeying(new byte[0], context, 1))
        .isInstanceOf(NativeException.class);
  }

  private long write(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    return client.streamSend(LoopbackPeer.now(), STREAM, bytes, 0, bytes.length, false);
  }
}
