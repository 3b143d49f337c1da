package dev.dialkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dialkey.BiStream;
import dev.dialkey.Connection;
import dev.dialkey.DialkeyTimeoutException;
import dev.dialkey.RecvStream;
import dev.dialkey.SendStream;
import dev.dialkey.TransportOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** How many streams may be open at once, and that used ones make room for new ones. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class StreamCreditTest {
  private static final int MANY = Size.FULL ? 50_000 : 3_000;

  @Test
  void streamsBeyondTheCreditWaitForOthersToEnd() throws Exception {
    var options = TransportOptions.builder().maxBiStreams(10).maxUniStreams(10).build();
    try (var pair = Loopback.connect(options)) {
      List<BiStream> open = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        open.add(pair.client().openBi(Loopback.PATIENCE));
        open.get(i).send().write(new byte[1]); // Else the peer does not know of the stream.
      }
      assertThatThrownBy(() -> pair.client().openBi(Duration.ofMillis(20)))
          .isInstanceOf(DialkeyTimeoutException.class);
      var waiting = Tasks.start(() -> pair.client().openBi()).parked();
      BiStream first = open.getFirst();
      first.send().finish();
      try (BiStream served = pair.server().acceptBi(Loopback.PATIENCE)) {
        assertThat(served.recv().readAll(1)).hasSize(1);
        served.send().finish();
        assertThat(first.recv().readAll(0)).isEmpty();
      }
      try (BiStream next = waiting.get()) {
        assertThat(next.id()).isEqualTo(40);
      }
      open.forEach(BiStream::close);
    }
  }

  @Test
  void hundredsOfParallelStreamsShareACreditOfOneHundred() throws Exception {
    try (var pair = Loopback.connect(TransportOptions.defaults())) {
      var server = Tasks.run(() -> echoAll(pair.server(), 300));
      List<Tasks.Task<Boolean>> clients = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        int salt = i;
        clients.add(Tasks.run(() -> exchange(pair.client(), salt)));
      }
      for (var client : clients) {
        client.get();
      }
      server.get();
    }
  }

  private static void echoAll(Connection connection, int count) throws Exception {
    List<Tasks.Task<Boolean>> streams = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      BiStream stream = connection.acceptBi(Loopback.PATIENCE);
      streams.add(
          Tasks.run(() -> {
            try (stream) {
              stream.recv().inputStream().transferTo(stream.send().outputStream());
              stream.send().finish();
            }
          }));
    }
    for (var stream : streams) {
      stream.get();
    }
  }

  private static void exchange(Connection connection, int salt) throws Exception {
    byte[] message = Pattern.bytes(1 + salt * 13, salt);
    try (BiStream stream = connection.openBi(Loopback.PATIENCE)) {
      stream.send().write(message);
      stream.send().finish();
      assertThat(stream.recv().readAll(message.length)).isEqualTo(message);
    }
  }

  @Test
  void creditIsRefilledOverThousandsOfBiStreams() throws Exception {
    try (var pair = Loopback.connect(TransportOptions.defaults())) {
      var server =
          Tasks.run(() -> {
            for (int i = 0; i < MANY; i++) {
              try (BiStream stream = pair.server().acceptBi(Loopback.PATIENCE)) {
                stream.send().write(stream.recv().readAll(10));
                stream.send().finish();
              }
            }
          });
      for (int i = 0; i < MANY; i++) {
        try (BiStream stream = pair.client().openBi(Loopback.PATIENCE)) {
          stream.send().write(new byte[] {(byte) i});
          stream.send().finish();
          assertThat(stream.recv().readAll(1)).containsExactly((byte) i);
        }
      }
      server.get();
    }
  }

  @Test
  void creditIsRefilledOverThousandsOfUniStreamsBothWays() throws Exception {
    try (var pair = Loopback.connect(TransportOptions.defaults())) {
      var there = Tasks.run(() -> sendUni(pair.client()));
      var back = Tasks.run(() -> sendUni(pair.server()));
      var got = Tasks.run(() -> receiveUni(pair.client()));
      receiveUni(pair.server());
      there.get();
      back.get();
      got.get();
    }
  }

  private static void sendUni(Connection connection) throws Exception {
    for (int i = 0; i < MANY; i++) {
      try (SendStream stream = connection.openUni(Loopback.PATIENCE)) {
        stream.write(new byte[] {(byte) i, 1});
        stream.finish();
      }
    }
  }

  private static void receiveUni(Connection connection) throws Exception {
    for (int i = 0; i < MANY; i++) {
      try (RecvStream stream = connection.acceptUni(Loopback.PATIENCE)) {
        assertThat(stream.id() >> 2).isEqualTo(i);
        assertThat(stream.readAll(2)).containsExactly((byte) i, 1);
      }
    }
  }

  @Test
  void resetStreamsGiveTheirCreditBack() throws Exception {
    try (var pair = Loopback.connect(TransportOptions.defaults())) {
      for (int i = 0; i < 300; i++) {
        pair.client().openUni(Loopback.PATIENCE).reset(i);
        RecvStream stream = pair.server().acceptUni(Loopback.PATIENCE);
        assertThatThrownBy(() -> stream.readAll(1))
            .isInstanceOf(dev.dialkey.StreamResetException.class);
      }
    }
  }

  @Test
  void stoppedStreamsGiveTheirCreditBack() throws Exception {
    try (var pair = Loopback.connect(TransportOptions.defaults())) {
      for (int i = 0; i < 300; i++) {
        try (SendStream stream = pair.client().openUni(Loopback.PATIENCE)) {
          stream.write(new byte[100]);
          pair.server().acceptUni(Loopback.PATIENCE).stop(i);
        }
      }
    }
  }
}
