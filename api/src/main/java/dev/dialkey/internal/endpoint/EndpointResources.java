package dev.dialkey.internal.endpoint;

import dev.dialkey.EndpointBindException;
import dev.dialkey.SocketMetrics;
import dev.dialkey.bindings.NativeAddress;
import dev.dialkey.bindings.NativeConfig;
import dev.dialkey.bindings.NativeLibrary;
import dev.dialkey.bindings.NativeLoadException;
import dev.dialkey.bindings.NativeMemory;
import dev.dialkey.bindings.NativeSocketStats;
import dev.dialkey.bindings.ResultSlots;
import dev.dialkey.bindings.TransmitBatch;
import dev.dialkey.internal.loop.EndpointCounters;
import dev.dialkey.internal.loop.EndpointLoop;
import dev.dialkey.internal.loop.ScratchPool;
import dev.dialkey.internal.loop.TransmitPool;
import dev.dialkey.internal.loop.Transports;
import dev.dialkey.internal.loop.UdpTransport;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** What an endpoint holds of the system: native memory, configuration, sockets, loop threads. */
final class EndpointResources implements AutoCloseable {
  /** Below this the kernel drops bursts of a fast sender (docs/limits.md). */
  private static final long SMALL_BUFFER_BYTES = 2 * 1024 * 1024;

  private static final Logger LOG = System.getLogger("dev.dialkey.endpoint");

  private final NativeMemory memory;
  private final NativeConfig config;
  private final ResultSlots slots;
  private final TransmitPool pool;
  private final ScratchPool scratchPool;
  private final Transports transports;
  private final EndpointCounters counters = new EndpointCounters();
  private final List<EndpointLoop> loops = new ArrayList<>();

  /** Orders asking the sockets and closing them. */
  private final ReentrantLock socketsLock = new ReentrantLock();

  private @Nullable SocketMetrics lastSocketMetrics; // Guarded by socketsLock.

  private EndpointResources(
      NativeMemory memory, NativeConfig config, TransmitPool pool, Transports transports) {
    this.memory = memory;
    this.config = config;
    this.slots = memory.newResultSlots();
    this.pool = pool;
    this.scratchPool = new ScratchPool(memory);
    this.transports = transports;
  }

  static EndpointResources open(EndpointSettings settings) throws IOException {
    try {
      NativeLibrary.load();
    } catch (NativeLoadException e) {
      throw new EndpointBindException(String.valueOf(e.getMessage()), e);
    }
    NativeConfig config = NativeConfigs.of(settings, settings.transport(), settings.alpns());
    NativeMemory memory = new NativeMemory();
    var binder = new SocketBinder(settings, new TransmitPool(memory));
    try {
      Transports transports = binder.bindAll();
      warnOfSmallBuffers(settings.name(), transports.all());
      return new EndpointResources(memory, config, binder.pool(), transports);
    } catch (IOException | RuntimeException e) {
      binder.close();
      config.close();
      memory.close();
      throw e;
    }
  }

  void startLoops(EndpointCore core) {
    int number = 0;
    for (UdpTransport transport : transports.all()) {
      var strays = new StrayHandler(core, memory);
      String name = core.id().shortString() + "-" + number++;
      var loop =
          new EndpointLoop(
              name, transport, core.connections(), strays, core.counters(), memory, core.machine());
      loops.add(loop);
    }
    loops.forEach(loop -> core.machine().drive(loop, loop.transport().socket()));
  }

  EndpointCounters counters() {
    return counters;
  }

  NativeConfig config() {
    return config;
  }

  ResultSlots slots() {
    return slots;
  }

  TransmitPool transmitPool() {
    return pool;
  }

  ScratchPool scratchPool() {
    return scratchPool;
  }

  Transports transports() {
    return transports;
  }

  List<InetSocketAddress> boundSockets() {
    return transports.boundAddresses().stream().map(NativeAddress::toSocketAddress).toList();
  }

  /** The loop whose socket reaches the address. */
  EndpointLoop loopToward(NativeAddress address) {
    UdpTransport toward = transports.nextToward(address);
    for (EndpointLoop loop : loops) {
      if (loop.transport() == toward) {
        return loop;
      }
    }
    throw new IllegalArgumentException("no socket reaches " + address.toSocketAddress());
  }

  /** Sends one datagram outside connections, if there is one. */
  void sendOnce(UdpTransport transport, byte[] datagram, NativeAddress from, NativeAddress to) {
    TransmitBatch batch = datagram.length == 0 ? null : pool.take();
    if (batch != null) {
      batch.setSingle(datagram, from, to);
      transport.sendOrDrop(batch, counters);
      pool.giveBack(batch);
    }
  }

  void stopLoops() {
    loops.forEach(EndpointLoop::close);
    boolean interrupted = false;
    for (EndpointLoop loop : loops) {
      interrupted |= joinUninterruptibly(loop);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** What went through the sockets; keeps answering after the end. */
  SocketMetrics socketMetrics() {
    socketsLock.lock();
    try {
      SocketMetrics last = lastSocketMetrics;
      return last != null ? last : sumSockets();
    } finally {
      socketsLock.unlock();
    }
  }

  private SocketMetrics sumSockets() {
    var sum = new SocketMetrics(0, 0, 0, 0, 0, 0, 0, counters.unsentDropped.sum());
    for (UdpTransport transport : transports.all()) {
      NativeSocketStats stats = transport.socket().stats();
      sum =
          new SocketMetrics(
              sum.datagramsReceived() + stats.receivedDatagrams(),
              sum.bytesReceived() + stats.receivedBytes(),
              sum.truncatedDropped() + stats.truncatedDatagrams(),
              sum.datagramsSent() + stats.sentDatagrams(),
              sum.bytesSent() + stats.sentBytes(),
              sum.sendErrors() + stats.sendErrors(),
              sum.fullBuffers() + stats.fullBuffers(),
              sum.unsentDropped());
    }
    return sum;
  }

  /** Frees everything; the loops are stopped and no connection is left. */
  @Override
  public void close() {
    socketsLock.lock();
    try {
      lastSocketMetrics = socketMetrics();
    } finally {
      socketsLock.unlock();
    }
    transports.all().forEach(transport -> transport.socket().close());
    config.close();
    memory.close();
  }

  /** A loop that runs on would touch freed memory, so an interrupt must not cut this short. */
  private static boolean joinUninterruptibly(EndpointLoop loop) {
    boolean interrupted = false;
    while (true) {
      try {
        loop.join();
        return interrupted;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
  }

  private static void warnOfSmallBuffers(String name, List<UdpTransport> sockets) {
    for (UdpTransport transport : sockets) {
      long granted = transport.socket().receiveBufferBytes();
      if (granted < SMALL_BUFFER_BYTES) {
        LOG.log(
            Level.WARNING,
            () ->
                name
                    + ": the system grants only "
                    + granted / 1024
                    + " KiB of UDP receive buffer; fast transfers will lose packets. Raise"
                    + " net.core.rmem_max and net.core.wmem_max to 4194304 or more");
        return;
      }
    }
  }
}
