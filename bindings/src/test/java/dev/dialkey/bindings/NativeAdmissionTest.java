package dev.dialkey.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a server does before it makes a connection. */
@ExtendWith(NativeLeakCheck.class)
class NativeAdmissionTest {
  private static final long LIFETIME_NANOS = 15_000_000_000L;
  private static final int INVALID_TOKEN = 0x0b;

  private LoopbackPair pair;

  @BeforeEach
  void open() throws Exception {
    pair = LoopbackPair.open();
  }

  @AfterEach
  void close() {
    pair.close();
  }

  @Test
  void theFirstPacketTellsWhatTheClientAsksFor() {
    byte[] initial = pair.firstPacket();
    byte[] before = initial.clone();

    NativeHello hello = NativeConfig.peek(List.of(initial)).orElseThrow();

    assertThat(hello.alpns()).hasSize(1);
    assertThat(hello.alpns().getFirst()).isEqualTo(LoopbackPeer.ALPN);
    assertThat(hello.serverName()).isEmpty();
    assertThat(initial).isEqualTo(before);
    assertThat(NativeConfig.peek(List.of(initial, initial))).isPresent();
  }

  @Test
  void whatIsNoFirstPacketIsNotReadable() {
    for (byte[] packet : List.of(new byte[0], new byte[20], new byte[1_200])) {
      assertThatThrownBy(() -> NativeConfig.peek(List.of(packet)))
          .isInstanceOf(NativeException.class);
    }
    assertThatThrownBy(() -> NativeConfig.peek(List.of())).isInstanceOf(NativeException.class);
  }

  @Test
  void aRetryProvesTheAddress() {
    byte[] initial = pair.firstPacket();
    NativeAddress from = pair.server.received.from(0);
    NativeConfig config = pair.server.config;
    long now = LoopbackPeer.now();
    assertThat(config.tokenCheck(initial, from, now)).isEqualTo(NativeToken.ABSENT);

    byte[] retry = config.retry(pair.server.received, 0, now);
    assertThat(retry.length).isBetween(50, initial.length / 3);
    pair.server.sendRaw(retry, from);
    pair.client.awaitDatagrams();
    NativeConnection dialling = pair.client.connection();
    assertThat(dialling.receive(now, pair.client.received, 0, 1)).isOne();
    pair.client.flush();
    pair.server.awaitDatagrams();
    byte[] again = pair.server.received.copy(0, 0, pair.server.received.length(0));

    assertThat(config.tokenCheck(again, from, now)).isEqualTo(NativeToken.VALID);
    assertThat(config.tokenCheck(again, from, now + LIFETIME_NANOS)).isEqualTo(NativeToken.INVALID);
    assertThat(config.tokenCheck(again, pair.server.address(), now)).isEqualTo(NativeToken.INVALID);
    assertThat(pair.client.config.tokenCheck(again, from, now)).isEqualTo(NativeToken.INVALID);
    assertThatThrownBy(() -> accept(again, pair.server.address()))
        .isInstanceOfSatisfying(
            NativeException.class, e -> assertThat(e.status()).isEqualTo(NativeStatus.CRYPTO));
    accept(again, from).close();
    // What is repeated finds a server that takes it.
    pair.until(() -> pair.client.is(NativeState.ESTABLISHED));
  }

  private NativeConnection accept(byte[] initial, NativeAddress from) {
    LoopbackPeer server = pair.server;
    return NativeConnection.accept(
        server.config, server.slots, initial, server.address(), from, LoopbackPeer.now());
  }

  @Test
  void aBadTokenIsRefusedWithItsCode() {
    byte[] initial = pair.firstPacket();
    NativeAddress from = pair.server.received.from(0);

    pair.server.sendRaw(pair.server.config.refuse(initial, from, INVALID_TOKEN), from);
    pair.client.awaitDatagrams();
    pair.client.connection().receive(LoopbackPeer.now(), pair.client.received, 0, 1);

    assertThat(pair.client.connection().state().errorCode()).isEqualTo(INVALID_TOKEN);
  }

  @Test
  void onlyFirstPacketsGetARetry() {
    byte[] initial = pair.firstPacket();
    NativeAddress from = pair.server.received.from(0);
    long now = LoopbackPeer.now();

    assertThat(pair.server.config.retry(initial, from, now)).isNotEmpty();
    assertThat(pair.server.config.retry(Arrays.copyOf(initial, 1_199), from, now)).isEmpty();
    assertThat(pair.server.config.retry(new byte[1_200], from, now)).isEmpty();
    assertThat(pair.server.config.retry(new byte[0], from, now)).isEmpty();
    assertThat(pair.server.config.tokenCheck(new byte[0], from, now)).isEqualTo(NativeToken.ABSENT);
  }
}
