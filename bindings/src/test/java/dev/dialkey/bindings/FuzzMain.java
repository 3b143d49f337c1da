package dev.dialkey.bindings;

import dev.dialkey.bindings.FuzzObjects.Kind;
import dev.dialkey.bindings.ffi.dialkey_h;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Calls every function of the library with wild arguments, from several threads, and ends with
 * another code than 0 if anything but a value or a status comes back, or if objects are left.
 */
final class FuzzMain {
  private static final int THREADS = 4;
  private static final int PAIRS = 4;
  private static final long EXTRA_NANOS = 20_000_000_000L;
  private static final int LOWEST_STATUS = dialkey_h.DK_ERR_IO();

  /** Which argument of dk_udp_open receives the id; that of the others is the last. */
  private static final int OUT_OF_OPEN = 4;

  private static final Map<String, Kind> MAKERS =
      Map.of(
          "dk_config_new", Kind.CONFIGURATION,
          "dk_config_new_webpki", Kind.CONFIGURATION,
          "dk_connect", Kind.CONNECTION,
          "dk_connect_name", Kind.CONNECTION,
          "dk_accept", Kind.CONNECTION,
          "dk_udp_open", Kind.SOCKET);

  private record Entry(String name, MethodHandle handle, FunctionDescriptor descriptor) {}

  private final List<Entry> entries = entries();
  private final FuzzObjects objects = new FuzzObjects();
  private final Set<Long> poisoned = ConcurrentHashMap.newKeySet();
  private final Set<String> reached = ConcurrentHashMap.newKeySet();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final AtomicLong calls = new AtomicLong();
  private final NativeLibrary library;
  private final byte[] initial;
  private final Path scratch;

  private FuzzMain(NativeLibrary library, byte[] initial, Path scratch) {
    this.scratch = scratch;
    this.library = library;
    this.initial = initial;
  }

  public static void main(String[] args) throws Exception {
    NativeLibrary library = NativeLibrary.load();
    FuzzMain fuzz = new FuzzMain(library, firstPacket(), Path.of(args[2]));
    for (int i = 0; i < PAIRS; i++) {
      fuzz.addConnectedPair();
    }
    fuzz.run(Long.parseLong(args[0]), Long.parseLong(args[1]));
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
    client.connection().streamSend(LoopbackPeer.now(), 0, data, 0, data.length, false);
    while (!server.seen.contains(NativeEvent.STREAM_READABLE)) {
      client.turn();
      server.turn();
    }
    for (LoopbackPeer peer : List.of(client, server)) {
      objects.rememberConnected(peer.connection().id());
      objects.remember(Kind.CONFIGURATION, peer.config.id());
      peer.socket.close();
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
    objects.freeAll();
    System.out.println("calls: " + calls + ", left: " + library.liveObjects());
    System.out.println("never reached: " + neverReached());
    failures.forEach(failure -> failure.printStackTrace(System.out));
    boolean good = failures.isEmpty() && library.liveObjects().equals(new LiveObjects(0, 0, 0));
    System.exit(good ? 0 : 4);
  }

  private Set<String> neverReached() {
    Set<String> names = new TreeSet<>();
    entries.forEach(entry -> names.add(entry.name));
    names.removeAll(reached);
    return names;
  }

  private void work(Random random, long deadline) {
    try (Arena arena = Arena.ofConfined()) {
      FuzzArguments source = new FuzzArguments(arena, random, objects, initial, scratch);
      while (goesOn(deadline) && failures.isEmpty()) {
        Entry entry = entries.get(random.nextInt(entries.size()));
        if (isDue(entry.name, random)) {
          call(entry, source.next(entry.name, entry.descriptor));
        }
      }
    } catch (Throwable t) {
      failures.add(t);
    }
  }

  /** On a busy machine it takes longer until every function had a call that could succeed. */
  private boolean goesOn(long deadline) {
    long over = System.nanoTime() - deadline;
    return over < 0 || (over < EXTRA_NANOS && !neverReached().isEmpty());
  }

  /** Keeps the numbers of objects, and of panics, which are slow, within bounds. */
  private boolean isDue(String name, Random random) {
    return switch (name) {
      case "dk_config_new", "dk_config_new_webpki" ->
          library.liveObjects().configurations() < FuzzObjects.RECENT;
      case "dk_connect", "dk_connect_name", "dk_accept" ->
          library.liveObjects().connections() < FuzzObjects.RECENT;
      case "dk_udp_open" -> library.liveObjects().sockets() < FuzzObjects.RECENT;
      case "dk_config_free", "dk_conn_free", "dk_udp_close" -> random.nextInt(8) == 0;
      case "dk_test_panic" -> random.nextInt(50) == 0;
      default -> true;
    };
  }

  private void call(Entry entry, List<Object> arguments) throws Throwable {
    boolean panics = entry.name.equals("dk_test_panic");
    if (panics) {
      // Before it is: another thread may be the first to see it.
      poisoned.add((Long) arguments.get(1));
    }
    long result = ((Number) entry.handle.invokeWithArguments(arguments)).longValue();
    calls.incrementAndGet();
    boolean panicked = result == NativeStatus.PANIC && touchesPoisoned(arguments);
    if (result < LOWEST_STATUS && !panicked) {
      throw new AssertionError(
          entry.name + arguments + " returns " + result + ": " + NativeLibrary.lastError());
    }
    if (result >= NativeStatus.DONE || (panics && panicked)) {
      reached.add(entry.name);
    }
    Kind kind = MAKERS.get(entry.name);
    if (kind != null && result >= 0) {
      Object out = kind == Kind.SOCKET ? arguments.get(OUT_OF_OPEN) : arguments.getLast();
      objects.remember(kind, ((MemorySegment) out).get(ValueLayout.JAVA_LONG, 0));
    }
  }

  private boolean touchesPoisoned(List<Object> arguments) {
    return arguments.stream().anyMatch(one -> one instanceof Long id && poisoned.contains(id));
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
      throw new LinkageError("the generated class is not as expected", e);
    }
    entries.sort(Comparator.comparing(Entry::name));
    return entries;
  }
}
