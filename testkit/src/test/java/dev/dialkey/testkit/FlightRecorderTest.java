package dev.dialkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dialkey.ConnectOptions;
import dev.dialkey.Connecting;
import dev.dialkey.Connection;
import dev.dialkey.Endpoint;
import dev.dialkey.HandshakeException;
import dev.dialkey.addressing.Alpn;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What JDK Flight Recorder gets. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
class FlightRecorderTest {
  private static final String HANDSHAKE = "dialkey.Handshake";
  private static final String CONNECTION = "dialkey.Connection";

  @TempDir Path dir;

  @Test
  @SuppressWarnings("try") // Closing early is what is tested.
  void handshakesAndConnectionsAreRecordedOnBothSides() throws Exception {
    try (Recording recording = new Recording()) {
      recording.enable(HANDSHAKE).withoutThreshold();
      recording.enable(CONNECTION).withoutThreshold();
      recording.start();
      try (Endpoint acceptor = Loopback.builder().name("server").alpns(Peers.ALPN).bind();
          Endpoint dialler = Loopback.builder().name("client").bind()) {
        connectAndClose(dialler, acceptor);
        failToConnect(dialler, acceptor);
        acceptor.close();
        dialler.close();
        List<RecordedEvent> events = stopAndRead(recording);
        assertThat(of(events, HANDSHAKE, "client"))
            .extracting(event -> event.getString("outcome").startsWith("established"))
            .containsExactlyInAnyOrder(true, false);
        assertThat(of(events, HANDSHAKE, "server")).hasSize(2);
        assertThat(of(events, CONNECTION, "client"))
            .singleElement()
            .satisfies(event -> assertIsClients(event, acceptor));
        assertThat(of(events, CONNECTION, "server"))
            .singleElement()
            .satisfies(event -> {
              assertThat(event.getString("side")).isEqualTo("SERVER");
              assertThat(event.getString("remoteId")).isEqualTo(dialler.id().toString());
              assertThat(event.getString("reason")).isEqualTo("by this endpoint");
            });
      }
    }
  }

  private static void assertIsClients(RecordedEvent event, Endpoint acceptor) {
    assertThat(event.getString("side")).isEqualTo("CLIENT");
    assertThat(event.getString("remoteId")).isEqualTo(acceptor.id().toString());
    assertThat(event.getString("alpn")).isEqualTo(Peers.ALPN.toString());
    assertThat(event.getString("reason")).contains("code 6").contains("bye");
    assertThat(event.getLong("connectionId")).isPositive();
    assertThat(event.getLong("bytesSent")).isGreaterThan(3_000);
    assertThat(event.getLong("bytesReceived")).isGreaterThan(3_000);
    assertThat(event.getDuration()).isPositive();
  }

  private static void connectAndClose(Endpoint dialler, Endpoint acceptor) throws Exception {
    var accepting = Peers.accept(acceptor);
    try (Connection client = dialler.connect(acceptor.addr(), Peers.ALPN)) {
      Connection server = accepting.get();
      Peers.exchange(client, server);
      server.close(6, "bye");
      Peers.reasonOf(client);
    }
  }

  private static void failToConnect(Endpoint dialler, Endpoint acceptor) throws Exception {
    var accepting = Peers.accept(acceptor);
    try (Connecting dial =
        dialler.dial(acceptor.addr(), Alpn.of("other/1"), ConnectOptions.defaults())) {
      assertThatThrownBy(dial::await).isInstanceOf(HandshakeException.class);
    }
    assertThat(accepting.failure()).isInstanceOf(HandshakeException.class);
  }

  private List<RecordedEvent> stopAndRead(Recording recording) throws Exception {
    Path file = dir.resolve("recording.jfr");
    recording.stop();
    recording.dump(file);
    return RecordingFile.readAllEvents(file);
  }

  private static List<RecordedEvent> of(List<RecordedEvent> events, String type, String endpoint) {
    return events.stream()
        .filter(event -> event.getEventType().getName().equals(type))
        .filter(event -> event.getString("endpoint").equals(endpoint))
        .toList();
  }
}
