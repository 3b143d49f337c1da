package dev.dialkey.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DatagramSenderTest {

  @Test
  void whatWaitsStaysBoundedAndAllLeave() throws IOException, InterruptedException {
    SlowLane lane = new SlowLane();

    new DatagramSender(lane).send(2000, 0);

    assertThat(lane.sent).isEqualTo(2000);
    assertThat(lane.left).isEqualTo(2000);
    assertThat(lane.mostWaiting).isBetween(1L, 512L);
  }

  @Test
  void theRateHolds() throws IOException, InterruptedException {
    SlowLane lane = new SlowLane();
    long startNanos = System.nanoTime();

    new DatagramSender(lane).send(51, 1000);

    // The first is due at once, the others a millisecond each after that.
    assertThat(System.nanoTime() - startNanos).isGreaterThanOrEqualTo(50_000_000L);
    assertThat(lane.sent).isEqualTo(51);
  }

  /** Lets a few packets go each time that somebody looks. */
  private static final class SlowLane implements DatagramSender.Lane {

    private static final int PER_LOOK = 7;

    private long sent;
    private long left;
    private long mostWaiting;

    @Override
    public void send(int count) {
      sent += count;
      mostWaiting = Math.max(mostWaiting, sent - left);
    }

    @Override
    public long packetsSent() {
      left = Math.min(sent, left + PER_LOOK);
      return left;
    }
  }
}
