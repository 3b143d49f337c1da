package dev.dialkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dialkey.RecvStream;
import dev.dialkey.SendStream;
import dev.dialkey.StreamFinishedException;
import dev.dialkey.TransportOptions;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Streams from and to memory segments and several buffers. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class MemoryTest {
  private static final int LARGE = 6 << 20; // More than every window.

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
  void everyKindOfSegmentIsSent() throws Exception {
    byte[] data = Pattern.bytes(200_000, 1);
    try (Arena arena = Arena.ofShared()) {
      MemorySegment offHeap = arena.allocate(data.length + 8).asSlice(8);
      offHeap.copyFrom(MemorySegment.ofArray(data));
      MemorySegment longs = MemorySegment.ofArray(new long[data.length / 8]);
      longs.copyFrom(MemorySegment.ofArray(data));
      for (MemorySegment source :
          List.of(
              offHeap,
              offHeap.asReadOnly(),
              MemorySegment.ofArray(data),
              MemorySegment.ofArray(data).asReadOnly(),
              MemorySegment.ofBuffer(ByteBuffer.wrap(data)),
              longs)) {
        try (SendStream send = pair.client().openUni()) {
          send.write(source);
          send.finish();
          try (RecvStream recv = pair.server().acceptUni(Loopback.PATIENCE)) {
            assertThat(recv.readAll(data.length)).isEqualTo(data);
          }
        }
      }
    }
  }

  @Test
  void segmentLargerThanTheWindowsIsSentWhole() throws Exception {
    byte[] data = Pattern.bytes(LARGE, 2);
    try (Arena arena = Arena.ofShared()) {
      MemorySegment offHeap = arena.allocate(LARGE).copyFrom(MemorySegment.ofArray(data));
      for (MemorySegment source : List.of(offHeap, MemorySegment.ofArray(data))) {
        try (SendStream send = pair.client().openUni()) {
          var writer =
              Tasks.run(() -> {
                send.write(source);
                send.finish();
              });
          try (RecvStream recv = pair.server().acceptUni(Loopback.PATIENCE)) {
            assertThat(recv.readAll(LARGE)).isEqualTo(data);
          }
          writer.get();
        }
      }
    }
  }

  @Test
  void everyKindOfSegmentIsFilled() throws Exception {
    byte[] data = Pattern.bytes(100_000, 3);
    try (Arena arena = Arena.ofShared()) {
      for (MemorySegment target :
          List.of(
              arena.allocate(7_000).asSlice(1),
              MemorySegment.ofArray(new byte[7_000]).asSlice(3),
              MemorySegment.ofArray(new long[1_000]))) {
        try (SendStream send = pair.client().openUni()) {
          send.write(data);
          send.finish();
          try (RecvStream recv = pair.server().acceptUni(Loopback.PATIENCE)) {
            assertThat(readAll(recv, target)).isEqualTo(data);
            assertThat(recv.read(target)).isEqualTo(-1);
            assertThat(recv.bytesRead()).isEqualTo(data.length);
          }
        }
      }
    }
  }

  private static byte[] readAll(RecvStream recv, MemorySegment target) throws Exception {
    var all = new ByteArrayOutputStream();
    long n = recv.read(target);
    while (n >= 0) {
      assertThat(n).isBetween(1L, target.byteSize());
      byte[] piece = new byte[(int) n];
      MemorySegment.ofArray(piece).copyFrom(target.asSlice(0, n));
      all.writeBytes(piece);
      n = recv.read(target);
    }
    return all.toByteArray();
  }

  @Test
  void readOnlySegmentCannotBeReadIntoAndNothingIsLost() throws Exception {
    try (Arena arena = Arena.ofShared();
        SendStream send = pair.client().openUni()) {
      send.write(new byte[] {1, 2});
      send.finish();
      try (RecvStream recv = pair.server().acceptUni(Loopback.PATIENCE)) {
        for (MemorySegment target :
            List.of(arena.allocate(9), MemorySegment.ofArray(new byte[9]))) {
          assertThatThrownBy(() -> recv.read(target.asReadOnly()))
              .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(recv.readAll(2)).containsExactly(1, 2);
      }
    }
  }

  @Test
  void emptySegmentsDoNothing() throws Exception {
    try (Arena arena = Arena.ofShared();
        SendStream send = pair.client().openUni()) {
      for (MemorySegment empty :
          List.of(arena.allocate(8).asSlice(8), MemorySegment.ofArray(new byte[0]))) {
        send.write(empty);
      }
      send.write(new byte[] {1});
      send.finish();
      try (RecvStream recv = pair.server().acceptUni(Loopback.PATIENCE)) {
        assertThat(recv.read(arena.allocate(8).asSlice(8))).isZero();
        assertThat(recv.read(MemorySegment.ofArray(new byte[0]))).isZero();
        assertThat(recv.readAll(1)).containsExactly(1);
      }
      assertThatThrownBy(() -> send.write(arena.allocate(1)))
          .isInstanceOf(StreamFinishedException.class);
    }
  }

  @Test
  void closedArenaIsAMistakeOfTheCallerAndHarmsNobody() throws Exception {
    MemorySegment gone;
    try (Arena arena = Arena.ofShared()) {
      gone = arena.allocate(100);
    }
    try (SendStream send = pair.client().openUni()) {
      send.write(new byte[] {1});
      assertThatThrownBy(() -> send.write(gone)).isInstanceOf(IllegalStateException.class);
      send.write(new byte[] {2});
      try (RecvStream recv = pair.server().acceptUni(Loopback.PATIENCE)) {
        assertThatThrownBy(() -> recv.read(gone)).isInstanceOf(IllegalStateException.class);
        send.finish();
        assertThat(recv.readAll(2)).containsExactly(1, 2);
      }
    }
  }

  @Test
  void severalBuffersAreWrittenInTurn() throws Exception {
    byte[] data = Pattern.bytes(30_000, 4);
    ByteBuffer[] sources = {
      ByteBuffer.wrap(data, 0, 10_000),
      ByteBuffer.allocate(0),
      ByteBuffer.allocateDirect(10_000).put(data, 10_000, 10_000).flip(),
      ByteBuffer.wrap(data, 20_000, 10_000).asReadOnlyBuffer()
    };
    try (SendStream send = pair.client().openUni()) {
      assertThat(send.write(sources)).isEqualTo(data.length);
      assertThat(sources).noneMatch(ByteBuffer::hasRemaining);
      assertThat(send.write(new ByteBuffer[0])).isZero();
      send.finish();
      try (RecvStream recv = pair.server().acceptUni(Loopback.PATIENCE)) {
        assertThat(recv.readAll(data.length)).isEqualTo(data);
      }
    }
  }

  @Test
  void partOfSeveralBuffersIsWritten() throws Exception {
    ByteBuffer[] sources = {
      ByteBuffer.wrap(new byte[] {1}), ByteBuffer.wrap(new byte[] {2}), ByteBuffer.wrap(new byte[1])
    };
    try (SendStream send = pair.client().openUni()) {
      assertThat(send.write(sources, 1, 1)).isEqualTo(1);
      assertThat(sources[0].hasRemaining()).isTrue();
      assertThat(sources[2].hasRemaining()).isTrue();
      assertThatThrownBy(() -> send.write(sources, 2, 2))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> send.write(sources, -1, 1))
          .isInstanceOf(IndexOutOfBoundsException.class);
      send.finish();
      try (RecvStream recv = pair.server().acceptUni(Loopback.PATIENCE)) {
        assertThat(recv.readAll(5)).containsExactly(2);
      }
    }
  }

  @Test
  void chunksHoldWhatIsThere() throws Exception {
    byte[] data = Pattern.bytes(150_000, 5);
    try (SendStream send = pair.client().openUni()) {
      send.write(data);
      send.finish();
      try (RecvStream recv = pair.server().acceptUni(Loopback.PATIENCE)) {
        assertThatThrownBy(() -> recv.readChunk(0)).isInstanceOf(IllegalArgumentException.class);
        int done = 0;
        int max = 1;
        Optional<ByteBuffer> chunk = recv.readChunk(max);
        while (chunk.isPresent()) {
          int n = chunk.get().remaining();
          assertThat(n).isBetween(1, max);
          byte[] bytes = new byte[n];
          chunk.get().get(bytes);
          Pattern.check(bytes, n, done, 5);
          done += n;
          max = Math.min(max * 4, Integer.MAX_VALUE / 8);
          chunk = recv.readChunk(max);
        }
        assertThat(done).isEqualTo(data.length);
        assertThat(recv.readChunk(Integer.MAX_VALUE)).isEmpty();
      }
    }
  }
}
