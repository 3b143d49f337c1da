package dev.dialkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.BiStream;
import dev.dialkey.Connection;
import dev.dialkey.TransportOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LeakCheck.class)
@Timeout(120)
@Tag("stress")
class PinningTest {
  private static final String PINNED = "jdk.VirtualThreadPinned";
  private static final int THREADS = 50;

  @TempDir Path dir;

  @Test
  void noVirtualThreadIsPinned() throws Exception {
    Path file = dir.resolve("pinned.jfr");
    try (Recording recording = new Recording()) {
      recording.enable(PINNED).withThreshold(Duration.ZERO).withStackTrace();
      recording.start();
      try (var pair = Loopback.connect(TransportOptions.defaults())) {
        bulk(pair);
        manyStreams(pair);
      }
      recording.stop();
      recording.dump(file);
    }
    assertThat(Files.size(file)).isPositive();
    assertThat(ours(RecordingFile.readAllEvents(file))).isEmpty();
  }

  private static List<RecordedEvent> ours(List<RecordedEvent> events) {
    return events.stream().filter(event -> event.getEventType().getName().equals(PINNED)).toList();
  }

  private static void bulk(Loopback.Pair pair) throws Exception {
    byte[] data = Pattern.bytes(Size.of(8, 200) << 20, 1);
    var sender =
        Tasks.run(() -> {
          try (var stream = pair.client().openUni()) {
            stream.write(data);
            stream.finish();
          }
        });
    var receiver = Tasks.start(() -> pair.server().acceptUni().readAll(data.length));
    assertThat(receiver.get()).isEqualTo(data);
    sender.get();
  }

  private static void manyStreams(Loopback.Pair pair) throws Exception {
    int each = Size.of(20, 500);
    List<Tasks.Task<Boolean>> tasks = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      tasks.add(Tasks.run(() -> requests(pair.client(), each)));
      tasks.add(Tasks.run(() -> answers(pair.server(), each)));
    }
    for (var task : tasks) {
      task.get();
    }
  }

  private static void requests(Connection connection, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      try (BiStream stream = connection.openBi()) {
        stream.send().write(new byte[1_000]);
        stream.send().finish();
        assertThat(stream.recv().readAll(1_000)).hasSize(1_000);
      }
    }
  }

  private static void answers(Connection connection, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      try (BiStream stream = connection.acceptBi()) {
        stream.send().write(stream.recv().readAll(1_000));
        stream.send().finish();
      }
    }
  }
}
