package dev.dialkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dialkey.RecvStream;
import dev.dialkey.SendStream;
import dev.dialkey.TransportOptions;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Which streams go first where not everything can be sent at once. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class PriorityTest {
  private static final int BULK = 8 << 20;
  private static final int URGENT = 64 * 1024;

  @Test
  void moreImportantStreamOvertakesOneThatFillsTheWindow() throws Exception {
    assertThat(bulkReadWhenTheOtherWasThrough(10, true)).isLessThan(BULK / 2);
    assertThat(bulkReadWhenTheOtherWasThrough(127, true)).isLessThan(BULK / 2);
  }

  @Test
  void equallyImportantStreamTakesTurnsWithOneThatFillsTheWindow() throws Exception {
    assertThat(bulkReadWhenTheOtherWasThrough(0, true)).isLessThan(BULK / 2);
  }

  @Test
  void streamsOfHeapMemoryTakeTurnsToo() throws Exception {
    assertThat(bulkReadWhenTheOtherWasThrough(0, false)).isLessThan(BULK / 2);
    assertThat(bulkReadWhenTheOtherWasThrough(10, false)).isLessThan(BULK / 2);
  }

  @Test
  void lessImportantStreamWaitsForOneThatFillsTheWindow() throws Exception {
    assertThat(bulkReadWhenTheOtherWasThrough(-10, true)).isGreaterThan(BULK / 2);
    assertThat(bulkReadWhenTheOtherWasThrough(-128, true)).isGreaterThan(BULK / 2);
  }

  /**
   * A bulk transfer has filled the connection's window when another stream begins, of the given
   * priority. Returns how much of the bulk was read when the other's end arrived.
   */
  private static long bulkReadWhenTheOtherWasThrough(int priority, boolean direct)
      throws Exception {
    var options =
        TransportOptions.builder().receiveWindow(96 * 1024).streamReceiveWindow(96 * 1024).build();
    try (var pair = Loopback.connect(options);
        SendStream bulk = pair.client().openUni();
        SendStream other = pair.client().openUni()) {
      var bulkWriter = Tasks.run(() -> writeAll(bulk, BULK, direct)).parked();
      other.priority(priority);
      assertThat(other.priority()).isEqualTo(priority);
      var otherWriter = Tasks.run(() -> writeAll(other, URGENT, direct)).parked();
      AtomicLong bulkRead = new AtomicLong();
      RecvStream bulkIn = pair.server().acceptUni(Loopback.PATIENCE);
      var bulkReader = Tasks.run(() -> readAll(bulkIn, bulkRead));
      RecvStream otherIn = pair.server().acceptUni(Loopback.PATIENCE);
      readAll(otherIn, new AtomicLong());
      long result = bulkRead.get();
      bulkReader.get();
      bulkWriter.get();
      otherWriter.get();
      assertThat(bulkRead).hasValue(BULK);
      return result;
    }
  }

  private static void writeAll(SendStream stream, int length, boolean direct) throws Exception {
    stream.write(direct ? ByteBuffer.allocateDirect(length) : ByteBuffer.allocate(length));
    stream.finish();
  }

  private static void readAll(RecvStream stream, AtomicLong count) throws Exception {
    ByteBuffer target = ByteBuffer.allocateDirect(16 * 1024);
    for (int n = stream.read(target); n >= 0; n = stream.read(target.clear())) {
      count.addAndGet(n);
    }
  }

  @Test
  void priorityIsCheckedAndKept() throws Exception {
    try (var pair = Loopback.connect(TransportOptions.defaults());
        SendStream stream = pair.client().openUni()) {
      assertThat(stream.priority()).isZero();
      for (int wrong : new int[] {-129, 128, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
        assertThatThrownBy(() -> stream.priority(wrong))
            .isInstanceOf(IllegalArgumentException.class);
      }
      for (int right : new int[] {-128, -1, 0, 1, 127}) {
        stream.priority(right);
        assertThat(stream.priority()).isEqualTo(right);
      }
      stream.finish();
      stream.priority(3); // Too late to matter, but no mistake.
      pair.client().close();
      stream.priority(4);
      assertThat(stream.priority()).isEqualTo(4);
    }
  }
}
