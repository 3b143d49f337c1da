package dev.dialkey.bindings;

import dev.dialkey.bindings.ffi.dialkey_h;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Method;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Calls every function of the library with arguments as no correct caller has them, from several
 * threads, and ends with an exception if anything but a value or a status comes back.
 *
 * <p>Pointers are null, misaligned, or lead to a megabyte of memory of ours each; lengths are below
 * that megabyte, or beyond what the library accepts at all. So a check that is missing shows as a
 * crash, and none that is present can be passed with memory of others. Nothing is sent but to the
 * loopback address.
 */
final class FuzzMain {
  private static final int THREADS = 4;
  private static final int MAX_POINTERS = 6;
  private static final int REGION_BYTES = 1 << 20;

  /** The largest structure has fewer than 256 bytes: as many elements lie in a region. */
  private static final int MAX_COUNT = REGION_BYTES / 256;

  private static final int MAX_LIVE = 32;
  private static final int PAIRS = 4;
  private static final int LOWEST_STATUS = -18;
  private static final int SHORT_WAIT_NANOS = 1_000_000;
  private static final NativeAddress LOOPBACK =
      NativeAddress.of(new InetSocketAddress("127.0.0.1", 9));

  private static final Map<String, Kind> MAKERS =
      Map.of(
          "dk_config_new", Kind.CONFIGURATION,
          "dk_connect", Kind.CONNECTION,
          "dk_accept", Kind.CONNECTION,
          "dk_udp_open", Kind.SOCKET);

  /** Which argument of dk_udp_open receives the id. */
  private static final int OUT_OF_OPEN = 4;

  private enum Kind {
    CONFIGURATION,
    CONNECTION,
    SOCKET
  }

  private record Entry(String name, MethodHandle handle, FunctionDescriptor descriptor) {}

  private final List<Entry> entries = entries();
  private final Queue<Long> everMade = new ConcurrentLinkedQueue<>();
  private final Set<Long> poisoned = ConcurrentHashMap.newKeySet();
  private final Map<Kind, AtomicLongArray> recent = new ConcurrentHashMap<>();
  private final AtomicLong made = new AtomicLong();
  private final Set<String> reached = ConcurrentHashMap.newKeySet();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final AtomicLong calls = new AtomicLong();
  private final NativeLibrary library;
  private final byte[] initial;

  private FuzzMain(NativeLibrary library, byte[] initial) {
    this.library = library;
    this.initial = initial;
  }

  public static void main(String[] args) throws Exception {
    long seconds = Long.parseLong(args[0]);
    long seed = Long.parseLong(args[1]);
    NativeLibrary library = NativeLibrary.load();
    FuzzMain fuzz = new FuzzMain(library, firstPacket());
    for (int i = 0; i < PAIRS; i++) {
      fuzz.addConnectedPair();
    }
    fuzz.run(seconds, seed);
  }

  /** Its objects are in the hands of the fuzzer from now on: nothing else closes them. */
  private void addConnectedPair() throws Exception {
    LoopbackPeer client = LoopbackPeer.open("127.0.0.1");
    LoopbackPeer server = LoopbackPeer.open("127.0.0.1");
    client.dial(server);
    while (!client.is(NativeState.CONFIRMED) || !server.is(NativeState.CONFIRMED)) {
      client.turn();
      server.turn();
    }
    byte[] data = new byte[100];
    client.connection().streamSend(LoopbackPeer.now(), 0, data, 0, data.length);
    while (!server.seen.contains(NativeEvent.STREAM_READABLE)) {
      client.turn();
      server.turn();
    }
    for (LoopbackPeer peer : List.of(client, server)) {
      remember(Kind.CONNECTION, peer.connection().id());
      remember(Kind.CONFIGURATION, peer.config.id());
      peer.socket.close();
    }
  }

  private static byte[] firstPacket() throws Exception {
    try (LoopbackPeer client = LoopbackPeer.open("127.0.0.1");
        LoopbackPeer server = LoopbackPeer.open("127.0.0.1")) {
      client.dial(server);
      client.turn();
      server.awaitDatagrams();
      return server.received.copy(0, 0, server.received.length(0));
    }
  }

  private void run(long seconds, long seed) throws InterruptedException {
    long deadline = System.nanoTime() + seconds * 1_000_000_000L;
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      Random random = new Random(seed + i);
      threads.add(Thread.ofPlatform().start(() -> work(random, deadline)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    freeAll();
    System.out.println("calls: " + calls + ", left: " + library.liveObjects());
    System.out.println("never reached: " + neverReached());
    if (!failures.isEmpty()) {
      failures.forEach(failure -> failure.printStackTrace(System.out));
      System.exit(4);
    }
    if (!library.liveObjects().equals(new LiveObjects(0, 0, 0))) {
      System.exit(5);
    }
  }

  private void freeAll() {
    for (long id : everMade) {
      dialkey_h.dk_conn_free(id);
      dialkey_h.dk_udp_close(id);
      dialkey_h.dk_config_free(id);
    }
  }

  private Set<String> neverReached() {
    Set<String> names = new HashSet<>();
    entries.forEach(entry -> names.add(entry.name));
    names.removeAll(reached);
    return names;
  }

  private void work(Random random, long deadline) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment[] regions = new MemorySegment[MAX_POINTERS];
      Arrays.setAll(regions, i -> arena.allocate(REGION_BYTES, 64));
      while (System.nanoTime() - deadline < 0 && failures.isEmpty()) {
        Entry entry = entries.get(random.nextInt(entries.size()));
        if (isDue(entry.name, random)) {
          call(entry, random, regions);
        }
      }
    } catch (Throwable t) {
      failures.add(t);
    }
  }

  /** Keeps the numbers of objects, and of panics, which are slow, within bounds. */
  private boolean isDue(String name, Random random) {
    return switch (name) {
      case "dk_config_new" -> library.liveObjects().configurations() < MAX_LIVE;
      case "dk_connect", "dk_accept" -> library.liveObjects().connections() < MAX_LIVE;
      case "dk_udp_open" -> library.liveObjects().sockets() < MAX_LIVE;
      case "dk_config_free", "dk_conn_free", "dk_udp_close" -> random.nextInt(16) == 0;
      case "dk_test_panic" -> random.nextInt(50) == 0;
      default -> true;
    };
  }

  private void call(Entry entry, Random random, MemorySegment[] regions) throws Throwable {
    List<Object> arguments = new ArrayList<>();
    int pointers = 0;
    for (MemoryLayout layout : entry.descriptor.argumentLayouts()) {
      Class<?> type = ((ValueLayout) layout).carrier();
      if (type == MemorySegment.class) {
        MemorySegment region = regions[pointers++];
        prepare(region, entry.name, random);
        arguments.add(pointer(region, random));
      } else if (type == long.class) {
        boolean object = arguments.isEmpty() && random.nextInt(4) != 0;
        arguments.add(object ? recentOf(kindOf(entry.name), random) : number(random));
      } else if (type == int.class) {
        arguments.add(count(random));
      } else {
        arguments.add((byte) random.nextInt(random.nextBoolean() ? 2 : 256));
      }
    }
    if (random.nextBoolean()) {
      help(entry.name, arguments, regions, random);
    }
    tame(entry.name, arguments);
    if (entry.name.equals("dk_test_panic")) {
      poisoned.add((Long) arguments.get(1));
    }
    long result = ((Number) entry.handle.invokeWithArguments(arguments)).longValue();
    calls.incrementAndGet();
    judge(entry, arguments, result);
  }

  /** Fills the start of a region with what the call might want there. */
  private void prepare(MemorySegment region, String name, Random random) {
    if (name.startsWith("dk_udp_")) {
      // Left-overs of other calls might look like addresses; a zero family is none.
      region.fill((byte) 0);
    }
    switch (random.nextInt(5)) {
      case 0 -> MemorySegment.copy(initial, 0, region, ValueLayout.JAVA_BYTE, 0, initial.length);
      case 1 -> LOOPBACK.write(region, 0);
      case 2 -> records(region, random);
      case 3 -> MemorySegment.copy(LoopbackPeer.alpnList(), 0, region, ValueLayout.JAVA_BYTE, 0, 5);
      default -> {
        for (int i = 0; i < 256; i += Long.BYTES) {
          // No byte of this is 4 or 6, the families of addresses.
          region.set(ValueLayout.JAVA_LONG, i, random.nextLong() | 0x0909090909090909L);
        }
      }
    }
  }

  /** Entries for dk_tx and dk_rx: offsets and lengths, good and bad, and loopback addresses. */
  private static void records(MemorySegment region, Random random) {
    int size = random.nextBoolean() ? 64 : 80;
    for (int at = 0; at < 32 * size; at += size) {
      region.set(ValueLayout.JAVA_INT, at, random.nextInt(random.nextBoolean() ? 1500 : 1 << 30));
      region.set(ValueLayout.JAVA_INT, at + 4, random.nextInt(random.nextBoolean() ? 1500 : 1 << 30));
      region.set(ValueLayout.JAVA_INT, at + 8, random.nextInt(3));
      LOOPBACK.write(region, at + 16);
      LOOPBACK.write(region, at + size - 32);
    }
  }

  private static MemorySegment pointer(MemorySegment region, Random random) {
    return switch (random.nextInt(16)) {
      case 0 -> MemorySegment.NULL;
      case 1 -> MemorySegment.ofAddress(region.address() + 1).reinterpret(REGION_BYTES - 1);
      default -> region;
    };
  }

  /** Ids, times, codes and lengths alike: none between a region's end and what is refused. */
  private long number(Random random) {
    return switch (random.nextInt(8)) {
      case 0 -> random.nextInt(8);
      case 1 -> random.nextInt(MAX_COUNT);
      case 2 -> random.nextInt(REGION_BYTES - 1);
      case 3 -> (1L << 62) + random.nextInt(3) - 1;
      case 4 -> random.nextBoolean() ? -1 - random.nextInt(8) : random.nextLong() | (1L << 40);
      default -> anyId(random);
    };
  }

  private static int count(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> random.nextInt(8);
      case 1 -> random.nextInt(32);
      case 2 -> -1 - random.nextInt(8);
      default -> random.nextInt(MAX_COUNT);
    };
  }

  /** An id of any kind, alive or stale, or one off. */
  private long anyId(Random random) {
    long id = recentOf(Kind.values()[random.nextInt(Kind.values().length)], random);
    long other = random.nextInt(4) == 0 ? id + (1L << 32) : id;
    // Ids of the first generation may be small: then they are lengths within a region.
    return other >= 0 && other <= Integer.MAX_VALUE ? other % MAX_COUNT : other;
  }

  private long recentOf(Kind kind, Random random) {
    AtomicLongArray ids = recent.getOrDefault(kind, new AtomicLongArray(1));
    return ids.get(random.nextInt(ids.length()));
  }

  /** The kind of object that the first argument of a function names. */
  private static Kind kindOf(String name) {
    if (name.startsWith("dk_udp_")) {
      return Kind.SOCKET;
    }
    return name.startsWith("dk_conn_")
            || name.startsWith("dk_stream_")
            || name.startsWith("dk_path_")
        ? Kind.CONNECTION
        : Kind.CONFIGURATION;
  }

  /** Makes a call that could succeed out of one that hardly can. */
  private void help(
      String name, List<Object> arguments, MemorySegment[] regions, Random random) {
    if (name.equals("dk_connect")) {
      byte[] alpns = LoopbackPeer.alpnList();
      MemorySegment.copy(alpns, 0, regions[1], ValueLayout.JAVA_BYTE, 0, alpns.length);
      LOOPBACK.write(regions[2], 0);
      LOOPBACK.write(regions[3], 0);
      arguments.set(2, regions[1]);
      arguments.set(3, (long) alpns.length);
      arguments.set(4, regions[2]);
      arguments.set(5, regions[3]);
      arguments.set(7, regions[4]);
    } else if (name.equals("dk_accept")) {
      MemorySegment.copy(initial, 0, regions[0], ValueLayout.JAVA_BYTE, 0, initial.length);
      LOOPBACK.write(regions[1], 0);
      LOOPBACK.write(regions[2], 0);
      arguments.set(1, regions[0]);
      arguments.set(2, (long) initial.length);
      arguments.set(3, regions[1]);
      arguments.set(4, regions[2]);
      arguments.set(6, regions[3]);
    } else if (name.equals("dk_test_panic")) {
      Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
      arguments.set(0, kind.ordinal() + 1);
      arguments.set(1, recentOf(kind, random));
    } else if (name.startsWith("dk_stream_")) {
      helpStream(name, arguments, regions, random);
    }
  }

  private static void helpStream(
      String name, List<Object> arguments, MemorySegment[] regions, Random random) {
      int at = name.equals("dk_stream_capacity") || name.equals("dk_stream_priority") ? 1 : 2;
      arguments.set(at, (long) random.nextInt(8));
      if (name.equals("dk_stream_shutdown")) {
        arguments.set(3, random.nextInt(2));
        arguments.set(4, (long) random.nextInt(100));
      } else if (name.equals("dk_stream_send")) {
        arguments.set(3, regions[0]);
        arguments.set(4, (long) random.nextInt(MAX_COUNT));
        arguments.set(5, (byte) 0);
        arguments.set(6, regions[1]);
      } else if (name.equals("dk_stream_recv")) {
        arguments.set(3, regions[0]);
        arguments.set(4, 1L + random.nextInt(MAX_COUNT));
        arguments.set(5, regions[1]);
        arguments.set(6, regions[2]);
      }
  }

  private static void tame(String name, List<Object> arguments) {
    if (name.equals("dk_udp_wait")) {
      arguments.set(1, Math.floorMod((long) arguments.get(1), (long) SHORT_WAIT_NANOS));
    }
  }

  private void judge(Entry entry, List<Object> arguments, long result) {
    boolean panicked = result == NativeStatus.PANIC;
    if (result < LOWEST_STATUS && !(panicked && touchesPoisoned(arguments))) {
      throw new AssertionError(
          entry.name + arguments + " returns " + result + ": " + NativeLibrary.lastError());
    }
    if (result >= NativeStatus.DONE || entry.name.equals("dk_test_panic") && panicked) {
      reached.add(entry.name);
    }
    Kind made = result < 0 ? null : MAKERS.get(entry.name);
    if (made != null) {
      int out = made == Kind.SOCKET ? OUT_OF_OPEN : arguments.size() - 1;
      long id = ((MemorySegment) arguments.get(out)).get(ValueLayout.JAVA_LONG, 0);
      remember(made, id);
    }
  }

  private boolean touchesPoisoned(List<Object> arguments) {
    return arguments.stream().anyMatch(one -> one instanceof Long id && poisoned.contains(id));
  }

  /** Puts it in the place of an older one; threads may race for that, for any id will do. */
  private void remember(Kind kind, long id) {
    long n = made.incrementAndGet();
    recent.computeIfAbsent(kind, k -> new AtomicLongArray(MAX_LIVE)).set((int) (n % MAX_LIVE), id);
    everMade.add(id);
  }

  private static List<Entry> entries() {
    List<Entry> entries = new ArrayList<>();
    try {
      for (Method method : dialkey_h.class.getMethods()) {
        if (method.getName().endsWith("$handle")) {
          String name = method.getName().replace("$handle", "");
          FunctionDescriptor descriptor =
              (FunctionDescriptor) dialkey_h.class.getMethod(name + "$descriptor").invoke(null);
          entries.add(new Entry(name, (MethodHandle) method.invoke(null), descriptor));
        }
      }
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
    entries.sort(Comparator.comparing(Entry::name));
    return entries;
  }
}
