package dev.dialkey.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dialkey.BiStream;
import dev.dialkey.RecvStream;
import dev.dialkey.SendStream;
import dev.dialkey.StreamFinishedException;
import dev.dialkey.StreamResetException;
import dev.dialkey.StreamStoppedException;
import dev.dialkey.TooLargeException;
import dev.dialkey.TransportOptions;
import java.io.EOFException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
@Timeout(60)
class StreamTest {
  private static final long MAX_CODE = (1L << 62) - 1;

  private Loopback.Pair pair;

  @BeforeEach
  void connect() throws Exception {
    pair = Loopback.connect(TransportOptions.defaults());
  }

  @AfterEach
  void close() {
    pair.close();
  }

  @Test
  void uniStreamCarriesDataAndItsEndBothWays() throws Exception {
    for (boolean fromClient : new boolean[] {true, false}) {
      var from = fromClient ? pair.client() : pair.server();
      var to = fromClient ? pair.server() : pair.client();
      try (SendStream send = from.openUni()) {
        send.write("data".getBytes(UTF_8));
        send.finish();
        assertThat(send.isOpen()).isFalse();
        try (RecvStream recv = to.acceptUni(Loopback.PATIENCE)) {
          assertThat(recv.id()).isEqualTo(send.id());
          assertThat(recv.readAll(10)).asString(UTF_8).isEqualTo("data");
          assertThat(recv.isOpen()).isFalse();
          assertThat(recv.bytesRead()).isEqualTo(4);
          assertThat(recv.read(new byte[1])).isEqualTo(-1);
        }
      }
    }
  }

  @Test
  void streamIdsAreThoseOfRfc9000() throws Exception {
    try (BiStream first = pair.client().openBi();
        BiStream second = pair.client().openBi();
        BiStream server = pair.server().openBi();
        SendStream uni = pair.client().openUni();
        SendStream serverUni = pair.server().openUni()) {
      assertThat(first.id()).isEqualTo(0);
      assertThat(second.id()).isEqualTo(4);
      assertThat(server.id()).isEqualTo(1);
      assertThat(uni.id()).isEqualTo(2);
      assertThat(serverUni.id()).isEqualTo(3);
    }
  }

  @Test
  void finishWithoutDataIsAnEmptyStream() throws Exception {
    try (SendStream send = pair.client().openUni()) {
      send.finish();
      try (RecvStream recv = pair.server().acceptUni(Loopback.PATIENCE)) {
        assertThat(recv.readAll(0)).isEmpty();
      }
    }
  }

  @Test
  void nothingCanBeWrittenAfterFinish() throws Exception {
    try (SendStream send = pair.client().openUni()) {
      send.finish();
      assertThatThrownBy(() -> send.write(new byte[1])).isInstanceOf(StreamFinishedException.class);
      assertThatThrownBy(() -> send.tryWrite(ByteBuffer.allocate(1)))
          .isInstanceOf(StreamFinishedException.class);
      assertThatThrownBy(send::finish).isInstanceOf(StreamFinishedException.class);
      send.reset(5); // Does nothing: the peer still reads to the end.
      try (RecvStream recv = pair.server().acceptUni(Loopback.PATIENCE)) {
        assertThat(recv.readAll(10)).isEmpty();
      }
    }
  }

  @Test
  void readerSeesTheCodeOfAReset() throws Exception {
    for (long code : new long[] {0, 7, MAX_CODE}) {
      try (SendStream send = pair.client().openUni()) {
        send.write(new byte[10]);
        send.reset(code);
        try (RecvStream recv = pair.server().acceptUni(Loopback.PATIENCE)) {
          for (int again = 0; again < 2; again++) {
            assertThatExceptionOfType(StreamResetException.class)
                .isThrownBy(() -> recv.readAll(100))
                .matches(e -> e.code() == code);
          }
        }
      }
    }
  }

  @Test
  void resetReachesAReaderThatWaits() throws Exception {
    for (ByteBuffer target :
        new ByteBuffer[] {ByteBuffer.allocate(10), ByteBuffer.allocateDirect(10)}) {
      try (SendStream send = pair.client().openUni()) {
        send.write(new byte[1]);
        try (RecvStream recv = pair.server().acceptUni(Loopback.PATIENCE)) {
          recv.read(new byte[1]);
          var reader = Tasks.start(() -> recv.read(target)).parked();
          send.reset(9);
          assertThat(reader.failure())
              .isInstanceOfSatisfying(
                  StreamResetException.class, e -> assertThat(e.code()).isEqualTo(9));
        }
      }
    }
  }

  @Test
  void closingASendStreamWithoutFinishResetsIt() throws Exception {
    try (SendStream send = pair.client().openUni()) {
      send.write(new byte[10]);
    }
    try (RecvStream recv = pair.server().acceptUni(Loopback.PATIENCE)) {
      assertThatExceptionOfType(StreamResetException.class)
          .isThrownBy(() -> recv.readAll(100))
          .matches(e -> e.code() == 0);
    }
  }

  @Test
  void writerSeesTheCodeOfAStop() throws Exception {
    for (boolean direct : new boolean[] {false, true}) {
      try (SendStream send = pair.client().openUni()) {
        send.write(new byte[1]);
        try (RecvStream recv = pair.server().acceptUni(Loopback.PATIENCE)) {
          ByteBuffer large = buffer(8 << 20, direct);
          var writer = Tasks.start(() -> send.write(large)).parked();
          recv.stop(MAX_CODE);
          assertThat(writer.failure())
              .isInstanceOfSatisfying(
                  StreamStoppedException.class, e -> assertThat(e.code()).isEqualTo(MAX_CODE));
          assertThatThrownBy(() -> send.write(new byte[1]))
              .isInstanceOf(StreamStoppedException.class);
          assertThatThrownBy(send::finish).isInstanceOf(StreamStoppedException.class);
          assertThatThrownBy(() -> recv.read(new byte[1]))
              .isInstanceOf(StreamFinishedException.class);
          assertThat(recv.isOpen()).isFalse();
        }
      }
    }
  }

  @Test
  void closingARecvStreamBeforeItsEndStopsItWithCodeZero() throws Exception {
    try (SendStream send = pair.client().openUni()) {
      send.write(new byte[1]);
      pair.server().acceptUni(Loopback.PATIENCE).close();
      assertThatExceptionOfType(StreamStoppedException.class)
          .isThrownBy(() -> {
            while (true) {
              send.write(new byte[1000]);
            }
          })
          .matches(e -> e.code() == 0);
    }
  }

  @Test
  void halvesOfABiStreamEndIndependently() throws Exception {
    try (BiStream bi = pair.client().openBi()) {
      bi.send().write(new byte[3]);
      bi.send().reset(1);
      try (BiStream served = pair.server().acceptBi(Loopback.PATIENCE)) {
        assertThatThrownBy(() -> served.recv().readAll(10))
            .isInstanceOf(StreamResetException.class);
        served.send().write("still".getBytes(UTF_8));
        served.send().finish();
        assertThat(bi.recv().readAll(10)).asString(UTF_8).isEqualTo("still");
      }
    }
  }

  @Test
  void codesOutOfRangeAreRefused() throws Exception {
    try (BiStream bi = pair.client().openBi()) {
      for (long code : new long[] {-1, MAX_CODE + 1, Long.MIN_VALUE}) {
        assertThatThrownBy(() -> bi.send().reset(code))
            .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> bi.recv().stop(code)).isInstanceOf(IllegalArgumentException.class);
      }
    }
  }

  @Test
  void readAllAcceptsItsLimitAndNotOneByteMore() throws Exception {
    for (int size : new int[] {1, 65_535, 65_536, 65_537, 200_000}) {
      try (SendStream send = pair.client().openUni();
          SendStream more = pair.client().openUni()) {
        send.write(Pattern.bytes(size, 1));
        send.finish();
        more.write(Pattern.bytes(size, 1));
        more.finish();
        try (RecvStream exact = pair.server().acceptUni(Loopback.PATIENCE);
            RecvStream over = pair.server().acceptUni(Loopback.PATIENCE)) {
          assertThat(exact.readAll(size)).isEqualTo(Pattern.bytes(size, 1));
          assertThatExceptionOfType(TooLargeException.class)
              .isThrownBy(() -> over.readAll(size - 1))
              .matches(e -> e.limit() == size - 1);
        }
      }
    }
  }

  @Test
  void everyKindOfBufferArrives() throws Exception {
    byte[] data = Pattern.bytes(100_000, 3);
    ByteBuffer direct = buffer(data.length, true).put(data).flip();
    ByteBuffer slice = ByteBuffer.allocate(data.length + 20).position(7).slice();
    slice.put(3, data).position(3).limit(3 + data.length);
    ByteBuffer readOnly = ByteBuffer.wrap(data).asReadOnlyBuffer();
    ByteBuffer readOnlyDirect = direct.asReadOnlyBuffer();
    for (ByteBuffer source :
        new ByteBuffer[] {
          ByteBuffer.wrap(data), direct.duplicate(), slice, readOnly, readOnlyDirect
        }) {
      try (SendStream send = pair.client().openUni()) {
        assertThat(send.write(source)).isEqualTo(data.length);
        assertThat(source.hasRemaining()).isFalse();
        send.finish();
        try (RecvStream recv = pair.server().acceptUni(Loopback.PATIENCE)) {
          assertThat(recv.readAll(data.length)).isEqualTo(data);
        }
      }
    }
  }

  @Test
  void everyKindOfBufferIsFilled() throws Exception {
    byte[] data = Pattern.bytes(100_000, 4);
    ByteBuffer slice = ByteBuffer.allocate(5_000).position(11).slice().position(9);
    ByteBuffer direct = ByteBuffer.allocateDirect(3_000).position(5);
    for (ByteBuffer target : new ByteBuffer[] {ByteBuffer.allocate(4_096), slice, direct}) {
      try (SendStream send = pair.client().openUni()) {
        send.write(data);
        send.finish();
        int start = target.position();
        byte[] got = new byte[data.length];
        int done = 0;
        try (RecvStream recv = pair.server().acceptUni(Loopback.PATIENCE)) {
          for (int n = recv.read(target); n >= 0; n = recv.read(target)) {
            assertThat(target.position()).isEqualTo(start + n);
            target.position(start).get(got, done, n).position(start);
            done += n;
          }
        }
        assertThat(done).isEqualTo(data.length);
        assertThat(got).isEqualTo(data);
      }
    }
  }

  @Test
  void readOnlyBufferCannotBeReadInto() throws Exception {
    try (SendStream send = pair.client().openUni()) {
      send.write(new byte[1]);
      try (RecvStream recv = pair.server().acceptUni(Loopback.PATIENCE)) {
        for (ByteBuffer target :
            new ByteBuffer[] {ByteBuffer.allocate(1), ByteBuffer.allocateDirect(1)}) {
          assertThatThrownBy(() -> recv.read(target.asReadOnlyBuffer()))
              .isInstanceOf(IllegalArgumentException.class);
        }
      }
    }
  }

  @Test
  void zeroLengthOperationsDoNothing() throws Exception {
    try (SendStream send = pair.client().openUni()) {
      send.write(new byte[0]);
      assertThat(send.write(ByteBuffer.allocateDirect(0))).isZero();
      assertThat(send.tryWrite(ByteBuffer.allocate(0))).isZero();
      send.write(new byte[] {42});
      send.finish();
      try (RecvStream recv = pair.server().acceptUni(Loopback.PATIENCE)) {
        assertThat(recv.read(new byte[0])).isZero();
        assertThat(recv.read(ByteBuffer.allocateDirect(0))).isZero();
        assertThat(recv.inputStream().read(new byte[0], 0, 0)).isZero();
        assertThat(recv.readAll(10)).containsExactly(42);
        assertThat(recv.inputStream().read(new byte[0], 0, 0)).isZero(); // As java.io has it.
      }
    }
  }

  @Test
  void tryWriteTakesWhatGoesAndNeverWaits() throws Exception {
    try (SendStream send = pair.client().openUni()) {
      long taken = 0;
      ByteBuffer source = ByteBuffer.allocate(10_000_000);
      int zeros = 0;
      while (source.hasRemaining() && zeros < 3) {
        int before = source.position();
        int n = send.tryWrite(source);
        assertThat(source.position()).isEqualTo(before + n);
        zeros = n == 0 ? zeros + 1 : 0;
        taken += n;
      }
      assertThat(taken).isPositive().isLessThan(10_000_000);
      send.finish();
      try (RecvStream recv = pair.server().acceptUni(Loopback.PATIENCE)) {
        assertThat(recv.readAll(10_000_000)).hasSize((int) taken);
      }
    }
  }

  @Test
  void javaIoViewsCarryTheData() throws Exception {
    byte[] data = Pattern.bytes(70_000, 5);
    try (BiStream bi = pair.client().openBi()) {
      OutputStream out = bi.send().outputStream();
      out.write(data[0]);
      out.write(data, 1, 99);
      out.flush();
      out.write(data, 100, 20_000);
      out.write(data, 20_100, data.length - 20_100);
      out.close();
      out.close();
      assertThatThrownBy(() -> out.write(1)).isInstanceOf(StreamFinishedException.class);
      try (BiStream served = pair.server().acceptBi(Loopback.PATIENCE)) {
        InputStream in = served.recv().inputStream();
        assertThat((byte) in.read()).isEqualTo(data[0]);
        assertThat(in.readNBytes(99)).isEqualTo(java.util.Arrays.copyOfRange(data, 1, 100));
        assertThat(in.readAllBytes())
            .isEqualTo(java.util.Arrays.copyOfRange(data, 100, data.length));
        assertThat(in.read()).isEqualTo(-1);
        in.close();
      }
    }
  }

  @Test
  void flushOfTheViewSendsWhatWasGathered() throws Exception {
    try (BiStream bi = pair.client().openBi()) {
      OutputStream out = bi.send().outputStream();
      out.write(1);
      out.flush();
      try (BiStream served = pair.server().acceptBi(Loopback.PATIENCE)) {
        assertThat(served.recv().inputStream().read()).isEqualTo(1);
      }
    }
  }

  @Test
  void closingTheInputViewStopsThePeer() throws Exception {
    try (SendStream send = pair.client().openUni()) {
      send.write(new byte[1]);
      InputStream in = pair.server().acceptUni(Loopback.PATIENCE).inputStream();
      in.close();
      assertThatThrownBy(in::read).isInstanceOf(StreamFinishedException.class);
      assertThatThrownBy(
              () -> {
                while (true) {
                  send.write(new byte[1000]);
                }
              })
          .isInstanceOf(StreamStoppedException.class);
    }
  }

  @Test
  void readFullyTellsOfAnEarlyEnd() throws Exception {
    try (SendStream send = pair.client().openUni()) {
      send.write(new byte[10]);
      send.finish();
      try (RecvStream recv = pair.server().acceptUni(Loopback.PATIENCE)) {
        recv.readFully(new byte[6]);
        assertThatThrownBy(() -> recv.readFully(new byte[6])).isInstanceOf(EOFException.class);
      }
    }
  }

  @Test
  void asyncCallsCarryAMessage() throws Exception {
    var accepted = pair.server().acceptBiAsync();
    try (BiStream bi = pair.client().openBiAsync().get(20, TimeUnit.SECONDS)) {
      int n = bi.send().writeAsync(ByteBuffer.wrap(new byte[50])).get(20, TimeUnit.SECONDS);
      assertThat(n).isEqualTo(50);
      bi.send().finish();
      try (BiStream served = accepted.get(20, TimeUnit.SECONDS)) {
        ByteBuffer target = ByteBuffer.allocate(20);
        assertThat(served.recv().readAsync(target).get(20, TimeUnit.SECONDS)).isEqualTo(20);
        assertThat(served.recv().readAllAsync(30).get(20, TimeUnit.SECONDS)).hasSize(30);
      }
    }
    try (SendStream uni = pair.server().openUniAsync().get(20, TimeUnit.SECONDS)) {
      uni.write(new byte[1]);
      pair.client().acceptUniAsync().get(20, TimeUnit.SECONDS).close();
    }
  }

  private static ByteBuffer buffer(int size, boolean direct) {
    return direct ? ByteBuffer.allocateDirect(size) : ByteBuffer.allocate(size);
  }
}
