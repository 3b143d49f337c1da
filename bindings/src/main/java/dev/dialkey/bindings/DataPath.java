package dev.dialkey.bindings;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.dialkey.bindings.ffi.dialkey_h;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The calls of the data path, linked by hand: addresses cross as plain numbers, so that nothing is
 * allocated and no segment is checked, and stream data may lie in a heap array. Whoever passes an
 * address keeps the memory behind it alive until the call returns.
 */
final class DataPath {
  private static final Linker LINKER = Linker.nativeLinker();

  private static final MethodHandle RECEIVE =
      link(
          dialkey_h.dk_conn_recv_batch$address(),
          FunctionDescriptor.of(
              JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT));
  private static final MethodHandle SEND =
      link(
          dialkey_h.dk_conn_send_batch$address(),
          FunctionDescriptor.of(
              JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
              JAVA_INT));
  private static final MethodHandle EVENTS =
      link(
          dialkey_h.dk_conn_events$address(),
          FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle TIMEOUT =
      link(
          dialkey_h.dk_conn_timeout$address(),
          FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle STREAM_SEND =
      link(
          dialkey_h.dk_stream_send$address(),
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_BYTE,
              JAVA_LONG));
  private static final MethodHandle STREAM_SEND_HEAP =
      LINKER.downcallHandle(
          dialkey_h.dk_stream_send$address(),
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_BYTE, JAVA_LONG),
          Linker.Option.critical(true));
  private static final MethodHandle STREAM_RECV =
      link(
          dialkey_h.dk_stream_recv$address(),
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
              JAVA_LONG));
  private static final MethodHandle STREAM_RECV_HEAP =
      LINKER.downcallHandle(
          dialkey_h.dk_stream_recv$address(),
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG),
          Linker.Option.critical(true));
  private static final MethodHandle DATAGRAM_SEND =
      link(
          dialkey_h.dk_dgram_send$address(),
          FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT));
  private static final MethodHandle DATAGRAM_SEND_HEAP =
      LINKER.downcallHandle(
          dialkey_h.dk_dgram_send$address(),
          FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_INT),
          Linker.Option.critical(true));
  private static final MethodHandle DATAGRAM_RECV =
      link(
          dialkey_h.dk_dgram_recv$address(),
          FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle DATAGRAM_RECV_HEAP =
      LINKER.downcallHandle(
          dialkey_h.dk_dgram_recv$address(),
          FunctionDescriptor.of(JAVA_INT, JAVA_LONG, ADDRESS, JAVA_LONG),
          Linker.Option.critical(true));
  private static final MethodHandle DATAGRAM_STATE =
      link(
          dialkey_h.dk_dgram_state$address(),
          FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle UDP_RECV =
      link(
          dialkey_h.dk_udp_recv$address(),
          FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT));
  private static final MethodHandle UDP_SEND =
      link(
          dialkey_h.dk_udp_send$address(),
          FunctionDescriptor.of(
              JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG));

  private DataPath() {}

  static int receive(
      long connection, long nowNanos, long buffer, long length, long records, int count) {
    try {
      return (int) RECEIVE.invokeExact(connection, nowNanos, buffer, length, records, count);
    } catch (Throwable t) {
      throw unreachable(t);
    }
  }

  static int send(
      long connection,
      long nowNanos,
      long slotMask,
      long buffer,
      long capacity,
      long records,
      int max) {
    try {
      return (int) SEND.invokeExact(connection, nowNanos, slotMask, buffer, capacity, records, max);
    } catch (Throwable t) {
      throw unreachable(t);
    }
  }

  static int events(long connection, long records, int max, long side, long sideCapacity) {
    try {
      return (int) EVENTS.invokeExact(connection, records, max, side, sideCapacity);
    } catch (Throwable t) {
      throw unreachable(t);
    }
  }

  static int timeout(long connection, long nowNanos, long result) {
    try {
      return (int) TIMEOUT.invokeExact(connection, nowNanos, result);
    } catch (Throwable t) {
      throw unreachable(t);
    }
  }

  static long streamSend(
      long connection, long nowNanos, long stream, long data, long length, byte fin, long result) {
    try {
      return (long)
          STREAM_SEND.invokeExact(connection, nowNanos, stream, data, length, fin, result);
    } catch (Throwable t) {
      throw unreachable(t);
    }
  }

  static long streamSend(
      long connection, long nowNanos, long stream, MemorySegment data, byte fin, long result) {
    try {
      return (long)
          STREAM_SEND_HEAP.invokeExact(
              connection, nowNanos, stream, data, data.byteSize(), fin, result);
    } catch (Throwable t) {
      throw unreachable(t);
    }
  }

  static long streamReceive(
      long connection,
      long nowNanos,
      long stream,
      long data,
      long capacity,
      long flags,
      long result) {
    try {
      return (long)
          STREAM_RECV.invokeExact(connection, nowNanos, stream, data, capacity, flags, result);
    } catch (Throwable t) {
      throw unreachable(t);
    }
  }

  static long streamReceive(
      long connection, long nowNanos, long stream, MemorySegment data, long flags, long result) {
    try {
      return (long)
          STREAM_RECV_HEAP.invokeExact(
              connection, nowNanos, stream, data, data.byteSize(), flags, result);
    } catch (Throwable t) {
      throw unreachable(t);
    }
  }

  static int datagramSend(long connection, long nowNanos, long data, long length, int flags) {
    try {
      return (int) DATAGRAM_SEND.invokeExact(connection, nowNanos, data, length, flags);
    } catch (Throwable t) {
      throw unreachable(t);
    }
  }

  static int datagramSend(long connection, long nowNanos, MemorySegment data, int flags) {
    try {
      return (int)
          DATAGRAM_SEND_HEAP.invokeExact(connection, nowNanos, data, data.byteSize(), flags);
    } catch (Throwable t) {
      throw unreachable(t);
    }
  }

  static int datagramReceive(long connection, long data, long capacity) {
    try {
      return (int) DATAGRAM_RECV.invokeExact(connection, data, capacity);
    } catch (Throwable t) {
      throw unreachable(t);
    }
  }

  static int datagramReceive(long connection, MemorySegment data) {
    try {
      return (int) DATAGRAM_RECV_HEAP.invokeExact(connection, data, data.byteSize());
    } catch (Throwable t) {
      throw unreachable(t);
    }
  }

  static int datagramState(long connection, long result) {
    try {
      return (int) DATAGRAM_STATE.invokeExact(connection, result);
    } catch (Throwable t) {
      throw unreachable(t);
    }
  }

  static int udpReceive(long socket, long buffer, long capacity, long records, int max) {
    try {
      return (int) UDP_RECV.invokeExact(socket, buffer, capacity, records, max);
    } catch (Throwable t) {
      throw unreachable(t);
    }
  }

  static int udpSend(long socket, long buffer, long length, long records, int count, long sent) {
    try {
      return (int) UDP_SEND.invokeExact(socket, buffer, length, records, count, sent);
    } catch (Throwable t) {
      throw unreachable(t);
    }
  }

  private static MethodHandle link(MemorySegment symbol, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(symbol, descriptor);
  }

  private static AssertionError unreachable(Throwable t) {
    return new AssertionError("a downcall throws nothing", t);
  }
}
