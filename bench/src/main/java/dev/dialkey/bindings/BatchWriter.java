package dev.dialkey.bindings;

import dev.dialkey.bindings.ffi.dk_rx;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.NullMarked;

/**
 * Puts datagrams into a {@link PacketBatch} as a receive call of the native side does, so that they
 * can be fed without a socket. It stands in the package of the bindings, and opens the batch's
 * fields, because nothing but a benchmark needs this and the product should not offer it.
 */
@NullMarked
public final class BatchWriter {
  private static final VarHandle SLAB = field("slab", MemorySegment.class);
  private static final VarHandle RECORDS = field("records", MemorySegment.class);
  private static final VarHandle SIZE = field("size", int.class);

  private static final long RECORD = dk_rx.sizeof();
  private static final long OFF = dk_rx.off$offset();
  private static final long LEN = dk_rx.len$offset();
  private static final long ECN = dk_rx.ecn$offset();

  private final PacketBatch batch;
  private final MemorySegment slab;
  private final MemorySegment records;
  private long end;

  public BatchWriter(PacketBatch batch) {
    this.batch = batch;
    this.slab = (MemorySegment) SLAB.get(batch);
    this.records = (MemorySegment) RECORDS.get(batch);
  }

  /** Forgets all datagrams. */
  public void clear() {
    end = 0;
    SIZE.set(batch, 0);
  }

  /**
   * Appends a datagram.
   *
   * @throws IndexOutOfBoundsException when the slab or its records are full
   */
  public void append(
      MemorySegment source, long at, int length, NativeAddress from, NativeAddress to) {
    int i = batch.size();
    MemorySegment.copy(source, at, slab, end, length);
    records.set(ValueLayout.JAVA_INT, i * RECORD + OFF, (int) end);
    records.set(ValueLayout.JAVA_INT, i * RECORD + LEN, length);
    records.set(ValueLayout.JAVA_INT, i * RECORD + ECN, 0);
    batch.readdress(i, from, to);
    end += length;
    SIZE.set(batch, i + 1);
  }

  private static VarHandle field(String name, Class<?> type) {
    try {
      return MethodHandles.privateLookupIn(PacketBatch.class, MethodHandles.lookup())
          .findVarHandle(PacketBatch.class, name, type);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("PacketBatch has changed: adapt the benchmarks", e);
    }
  }
}
