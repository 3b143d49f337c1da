package dev.dialkey.cli.pipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.dialkey.StreamResetException;
import dev.dialkey.StreamStoppedException;
import dev.dialkey.testkit.LeakCheck;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
final class PumpTest {
  private static final int SIZE = 3_000_000;

  static {
    JdkPollers.open();
  }

  @Test
  void bytesGoBothWaysAtOnce() throws Exception {
    try (PumpRig rig = PumpRig.start()) {
      byte[] there = random(1);
      byte[] back = random(2);
      var wrote = PipeTests.meanwhile(() -> rig.write(there));
      var sent = PipeTests.meanwhile(() -> rig.send(back));
      var got = PipeTests.meanwhile(rig::readAll);
      assertThat(rig.peer().recv().readAll(SIZE)).isEqualTo(there);
      assertThat(got.get()).isEqualTo(back);
      wrote.get();
      sent.get();
      rig.await();
    }
  }

  @Test
  void oneDirectionMayEndLongBeforeTheOther() throws Exception {
    try (PumpRig rig = PumpRig.start()) {
      rig.in().sink().close();
      assertThat(rig.peer().recv().readAll(0)).isEmpty();
      rig.peer().send().write(new byte[] {1, 2, 3});
      var bytes = ByteBuffer.allocate(3);
      Channels.newInputStream(rig.out().source()).readNBytes(bytes.array(), 0, 3);
      assertThat(bytes.array()).containsExactly(1, 2, 3);
      assertThat(rig.isDone()).isFalse();
      rig.peer().send().finish();
      assertThat(rig.readAll()).isEmpty();
      rig.await();
    }
  }

  @Test
  void endOfThePeerClosesTheOutputAndLeavesTheInputOpen() throws Exception {
    try (PumpRig rig = PumpRig.start()) {
      rig.peer().send().finish();
      assertThat(rig.readAll()).isEmpty();
      rig.write(new byte[] {7});
      assertThat(rig.peer().recv().readAll(1)).containsExactly(7);
      rig.await();
    }
  }

  @Test
  void resetOfThePeerEndsBothDirections() throws Exception {
    try (PumpRig rig = PumpRig.start()) {
      rig.peer().send().reset(5);
      assertThat(rig.failure()).isInstanceOf(StreamResetException.class);
      assertPeerReadsReset(rig);
      assertThat(rig.in().source().isOpen()).isFalse();
    }
  }

  @Test
  void stopOfThePeerEndsBothDirections() throws Exception {
    try (PumpRig rig = PumpRig.start()) {
      rig.peer().recv().stop(5);
      // The pump closes the pipe before it has taken all of that.
      assertThatThrownBy(() -> rig.write(random(1))).isInstanceOf(IOException.class);
      assertThat(rig.failure()).isInstanceOf(StreamStoppedException.class);
      assertPeerIsStopped(rig);
    }
  }

  @Test
  void stopWithNothingLeftToSendIsNoFailure() throws Exception {
    try (PumpRig rig = PumpRig.start()) {
      rig.peer().recv().stop(5);
      rig.write(new byte[0]);
      rig.peer().send().finish();
      rig.await();
    }
  }

  @Test
  void interruptResetsAndStopsWithCodeZero() throws Exception {
    try (PumpRig rig = PumpRig.start()) {
      rig.interrupt();
      assertThat(rig.failure()).isInstanceOf(InterruptedIOException.class);
      assertPeerReadsReset(rig);
      assertPeerIsStopped(rig);
    }
  }

  @Test
  void outputThatNobodyReadsEndsBothDirections() throws Exception {
    try (PumpRig rig = PumpRig.start()) {
      rig.out().source().close();
      rig.peer().send().write(new byte[] {1});
      assertThat(rig.failure()).hasMessageContaining("Broken pipe");
      assertPeerReadsReset(rig);
      assertPeerIsStopped(rig);
    }
  }

  @Test
  void peerThatClosesWhenItHasAllIsNoFailure() throws Exception {
    for (int i = 0; i < 20; i++) {
      try (PumpRig rig = PumpRig.start()) {
        rig.peer().send().finish();
        rig.write(new byte[] {1, 2, 3});
        rig.peer().recv().readAll(3);
        rig.peer().send().connection().close();
        rig.await();
      }
    }
  }

  @Test
  void peerThatClosesInTheMiddleIsAFailure() throws Exception {
    try (PumpRig rig = PumpRig.start()) {
      rig.peer().send().connection().close();
      assertThat(rig.failure()).isInstanceOf(IOException.class).hasMessageContaining("closed");
    }
  }

  private static void assertPeerReadsReset(PumpRig rig) {
    var reset = catchThrowableOfType(StreamResetException.class, () -> readForEver(rig));
    assertThat(reset.code()).isZero();
  }

  private static void assertPeerIsStopped(PumpRig rig) {
    var stopped = catchThrowableOfType(StreamStoppedException.class, () -> sendForEver(rig));
    assertThat(stopped.code()).isZero();
  }

  private static void readForEver(PumpRig rig) throws IOException {
    while (rig.peer().recv().read(new byte[1_000]) >= 0) {
      assertThat(rig.peer().recv().isOpen()).isTrue();
    }
    throw new AssertionError("the stream ended as if all had been sent");
  }

  private static void sendForEver(PumpRig rig) throws IOException {
    while (true) {
      rig.peer().send().write(new byte[1_000]);
    }
  }

  private static byte[] random(long seed) {
    byte[] bytes = new byte[SIZE];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
