package dev.dialkey.bindings;

import dev.dialkey.bindings.ffi.dk_tx;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.NullMarked;

/**
 * One direction between two ends in one process: copies what a flush has produced into the slab of
 * the receiver, once, as a kernel would, but without one. In this package for the reason that
 * {@link BatchWriter} gives.
 */
@NullMarked
public final class MemoryLink {
  private static final VarHandle BUFFER = field("buffer");
  private static final VarHandle RECORDS = field("records");

  private static final long RECORD = dk_tx.sizeof();
  private static final long OFF = dk_tx.off$offset();
  private static final long LEN = dk_tx.len$offset();
  private static final long SEG = dk_tx.seg$offset();

  private final TransmitBatch sent;
  private final MemorySegment buffer;
  private final MemorySegment records;
  private final BatchWriter receiver;
  private final NativeAddress from;
  private final NativeAddress to;

  public MemoryLink(
      TransmitBatch sent, BatchWriter receiver, NativeAddress from, NativeAddress to) {
    this.sent = sent;
    this.buffer = (MemorySegment) BUFFER.get(sent);
    this.records = (MemorySegment) RECORDS.get(sent);
    this.receiver = receiver;
    this.from = from;
    this.to = to;
  }

  /** Hands over what the sender's buffer holds, cut into datagrams. */
  public void carry() {
    for (int i = 0; i < sent.size(); i++) {
      long record = i * RECORD;
      int at = records.get(ValueLayout.JAVA_INT, record + OFF);
      int end = at + records.get(ValueLayout.JAVA_INT, record + LEN);
      int segment = records.get(ValueLayout.JAVA_INT, record + SEG);
      while (at < end) {
        int length = segment == 0 ? end - at : Math.min(segment, end - at);
        receiver.append(buffer, at, length, from, to);
        at += length;
      }
    }
  }

  private static VarHandle field(String name) {
    try {
      return MethodHandles.privateLookupIn(TransmitBatch.class, MethodHandles.lookup())
          .findVarHandle(TransmitBatch.class, name, MemorySegment.class);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("TransmitBatch has changed: adapt the benchmarks", e);
    }
  }
}
