package dev.dialkey.internal.loop;

import static java.lang.invoke.MethodType.methodType;

import dev.dialkey.bindings.BatchWriter;
import dev.dialkey.bindings.NativeAddress;
import dev.dialkey.bindings.NativeMemory;
import dev.dialkey.bindings.NativeSocket;
import dev.dialkey.bindings.PacketBatch;
import dev.dialkey.internal.machine.SystemMachine;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * What a loop does with a slab of received datagrams until connections have them, without the
 * receive call in front. The steps are the loop's own private methods, called through constant
 * handles, which the JIT compiles like plain calls; hence this package. Their order repeats {@code
 * EndpointLoop.receive}.
 */
@NullMarked
public final class TurnAccess implements AutoCloseable {
  private static final MethodHandle CONNECTION_OF =
      step("connectionOf", Driven.class, int.class, long.class);
  private static final MethodHandle END_OF_RUN = step("endOfRun", int.class, int.class, int.class);
  private static final MethodHandle FEED =
      step("feed", void.class, Driven.class, int.class, int.class, long.class);
  private static final MethodHandle TOUCH = step("touch", void.class, Driven.class);
  private static final MethodHandle END_TURN = step("endTurn", void.class, long.class);

  /** A server's worth of connections, so that the table is no toy. */
  private static final int OTHER_CONNECTIONS = 2_000;

  private static final int DATAGRAM_BYTES = 1_452;
  private static final byte SHORT_HEADER = 0x40;

  private final NativeMemory memory = new NativeMemory();
  private final EndpointCounters counters = new EndpointCounters();
  private final ConnectionTable connections = new ConnectionTable();
  private final NativeSocket socket;
  private final EndpointLoop loop;
  private final PacketBatch batch;
  private final Sink[] measured;

  private TurnAccess(NativeSocket socket, int distinctIds) {
    this.socket = socket;
    loop =
        new EndpointLoop(
            "micro",
            new UdpTransport(socket, new TransmitPool(memory)),
            connections,
            (_, _, _, _) -> null,
            counters,
            memory,
            new SystemMachine());
    batch = loop.scratch().batch();
    measured = new Sink[distinctIds];
    for (int i = 0; i < distinctIds; i++) {
      measured[i] = new Sink();
      connections.putIfAbsent(id(i), measured[i]);
    }
    for (int i = 0; i < OTHER_CONNECTIONS; i++) {
      connections.putIfAbsent(id(distinctIds + i), new Sink());
    }
  }

  /** Fills the slab of a loop with datagrams for so many connections in turns. */
  public static TurnAccess open(int datagrams, int distinctIds) throws IOException {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    TurnAccess turn = new TurnAccess(NativeSocket.open(address), distinctIds);
    turn.fill(datagrams);
    return turn;
  }

  private void fill(int datagrams) {
    NativeAddress address = socket.boundAddress();
    BatchWriter writer = new BatchWriter(batch);
    for (int i = 0; i < datagrams; i++) {
      byte[] bytes = new byte[DATAGRAM_BYTES];
      ByteBuffer.wrap(bytes).put(SHORT_HEADER).putLong(id(i % measured.length));
      writer.append(MemorySegment.ofArray(bytes), 0, bytes.length, address, address);
    }
  }

  /** Finds the runs and their connections and hands them over; returns datagrams delivered. */
  public long handOver(long now) {
    int size = batch.size();
    int first = 0;
    while (first < size) {
      Driven connection = connectionOf(first, now);
      int end = first + 1;
      if (connection != null) {
        end = deliver(connection, first, size, now);
      }
      first = end;
    }
    endTurn(now);
    return measured[0].received();
  }

  /** Datagrams that connections have got. */
  public long received() {
    long sum = 0;
    for (Sink sink : measured) {
      sum += sink.received();
    }
    return sum;
  }

  private @Nullable Driven connectionOf(int i, long now) {
    try {
      return (Driven) CONNECTION_OF.invokeExact(loop, i, now);
    } catch (Throwable t) {
      throw new AssertionError("a look-up throws nothing", t);
    }
  }

  private int deliver(Driven connection, int first, int size, long now) {
    try {
      int end = (int) END_OF_RUN.invokeExact(loop, first, size);
      counters.delivered.add(end - first);
      FEED.invokeExact(loop, connection, first, end - first, now);
      TOUCH.invokeExact(loop, connection);
      return end;
    } catch (Throwable t) {
      throw new AssertionError("a hand-over throws nothing", t);
    }
  }

  private void endTurn(long now) {
    try {
      END_TURN.invokeExact(loop, now);
    } catch (Throwable t) {
      throw new AssertionError("the end of a turn throws nothing", t);
    }
  }

  /** Frees the socket and the slab. The loop was never started. */
  @Override
  public void close() {
    socket.close();
    memory.close();
  }

  /** Spread over all bits, as the ids of connections are. */
  private static long id(int i) {
    return (i + 1) * 0x9E3779B97F4A7C15L;
  }

  private static MethodHandle step(String name, Class<?> result, Class<?>... parameters) {
    try {
      return MethodHandles.privateLookupIn(EndpointLoop.class, MethodHandles.lookup())
          .findVirtual(EndpointLoop.class, name, methodType(result, parameters));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("EndpointLoop has changed: adapt the benchmarks", e);
    }
  }
}
