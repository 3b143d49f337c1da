package dev.dialkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.dialkey.BiStream;
import dev.dialkey.Connection;
import dev.dialkey.TransportOptions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a lot of data costs besides processor time: garbage, held-up loops, pinned carriers. */
@ExtendWith(LeakCheck.class)
@Timeout(300)
class BulkTest {
  private static final long GIBIBYTE = 1L << 30;
  private static final int PIECE = 1 << 20;

  /** Of both ends together; the smallest object has 16 bytes. */
  private static final long MAX_GARBAGE = 5_000_000;

  private static final int TRIES = 3;
  private static final int STREAMS = 64;
  private static final int REQUESTS = 100;

  @TempDir Path dir;

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
  void noObjectIsMadePerPacket() throws Exception {
    move(GIBIBYTE / 4); // Compiles what makes objects while it is interpreted.
    long packetsBefore = packets();
    long before = allocatedBytes();
    move(GIBIBYTE);
    long garbage = allocatedBytes() - before;
    long packets = packets() - packetsBefore;

    System.out.printf("garbage of both ends: %,d bytes, %,d packets%n", garbage, packets);
    assertThat(packets).isGreaterThan(GIBIBYTE / 1_500);
    assertThat(garbage).isLessThan(MAX_GARBAGE);
  }

  @Test
  void noCarrierIsPinnedAndNoLoopIsHeldUp() throws Exception {
    work(); // Loads classes, which pins.
    List<RecordedEvent> slow = List.of();
    for (int i = 0; i < TRIES; i++) {
      List<RecordedEvent> events = record();
      assertThat(pinnedByUs(events)).isEmpty();
      slow = of(events, "dialkey.SlowTurn");
      if (slow.isEmpty()) {
        return; // On a busy machine the scheduler may keep a loop away from its processor, once.
      }
    }
    assertThat(slow).as("turns of more than 50 ms in each of %d recordings", TRIES).isEmpty();
  }

  private List<RecordedEvent> record() throws Exception {
    Path file = dir.resolve("recording.jfr");
    try (Recording recording = new Recording()) {
      recording.enable("jdk.VirtualThreadPinned").withoutThreshold().withStackTrace();
      recording.enable("dialkey.SlowTurn").withoutThreshold();
      recording.start();
      work();
      recording.stop();
      recording.dump(file);
    }
    return RecordingFile.readAllEvents(file);
  }

  private static List<RecordedEvent> of(List<RecordedEvent> events, String type) {
    return events.stream().filter(event -> event.getEventType().getName().equals(type)).toList();
  }

  private static List<RecordedEvent> pinnedByUs(List<RecordedEvent> events) {
    return of(events, "jdk.VirtualThreadPinned").stream().filter(BulkTest::isInDialkey).toList();
  }

  private static boolean isInDialkey(RecordedEvent event) {
    return event.getStackTrace().getFrames().stream()
        .map(RecordedFrame::getMethod)
        .map(method -> method.getType().getName())
        .anyMatch(name -> name.startsWith("dev.dialkey.") && !name.contains(".testkit."));
  }

  /** Bulk in one stream beside many small requests, all on virtual threads. */
  private void work() throws Exception {
    Tasks.Task<Boolean> bulk = Tasks.run(() -> move(GIBIBYTE / 4));
    Tasks.Task<Boolean> echo = Tasks.run(this::answerAll);
    List<Tasks.Task<Boolean>> askers = new ArrayList<>();
    for (int i = 0; i < STREAMS; i++) {
      askers.add(Tasks.run(this::ask));
    }
    for (Tasks.Task<Boolean> asker : askers) {
      asker.get();
    }
    echo.get();
    bulk.get();
  }

  private void ask() throws Exception {
    for (int i = 0; i < REQUESTS; i++) {
      try (BiStream stream = pair.client().openBi(Loopback.PATIENCE)) {
        stream.send().write(new byte[] {(byte) i});
        stream.send().finish();
        assertThat(stream.recv().readAll(1)).containsExactly(i);
      }
    }
  }

  private void answerAll() throws Exception {
    for (int i = 0; i < STREAMS * REQUESTS; i++) {
      BiStream stream = pair.server().acceptBi(Loopback.PATIENCE);
      Tasks.run(() -> {
        try (stream) {
          stream.send().write(stream.recv().readAll(1));
          stream.send().finish();
        }
      });
    }
  }

  private void move(long bytes) throws Exception {
    try (Arena arena = Arena.ofShared();
        var send = pair.client().openUni(Loopback.PATIENCE)) {
      Tasks.Task<Long> reader = Tasks.start(() -> drain(pair.server()));
      MemorySegment piece = arena.allocate(PIECE);
      for (long left = bytes; left > 0; left -= PIECE) {
        send.write(piece);
      }
      send.finish();
      assertThat(reader.future().get()).isEqualTo(bytes);
    }
  }

  private static long drain(Connection connection) throws Exception {
    try (Arena arena = Arena.ofConfined();
        var recv = connection.acceptUni(Loopback.PATIENCE)) {
      MemorySegment target = arena.allocate(PIECE / 4);
      while (recv.read(target) >= 0) {
        // Only the number counts.
      }
      return recv.bytesRead();
    }
  }

  private long packets() {
    return pair.client().stats().packetsSent();
  }

  private static long allocatedBytes() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getTotalThreadAllocatedBytes();
  }
}
