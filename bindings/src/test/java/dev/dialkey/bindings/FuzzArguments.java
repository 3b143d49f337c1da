package dev.dialkey.bindings;

import dev.dialkey.bindings.FuzzObjects.Kind;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Makes arguments as no correct caller has them. Pointers are null, misaligned, or lead to a
 * megabyte of memory of ours each; lengths are below that megabyte, or beyond what the library
 * accepts at all. So a check that is missing shows as a crash, and none that is present can be
 * passed with memory of others. All addresses to send to are the loopback address. Used by one
 * thread.
 */
final class FuzzArguments {
  private static final int MAX_POINTERS = 6;
  private static final int REGION_BYTES = 1 << 20;

  /** The largest structure has fewer than 256 bytes: as many elements lie in a region. */
  private static final int MAX_COUNT = REGION_BYTES / 256;

  private static final int RX_BYTES = 64;
  private static final int TX_BYTES = 80;
  private static final int RECORDS = 32;
  private static final long SHORT_WAIT_NANOS = 1_000_000;

  /** Frames of NAT traversal: one that servers send, one that clients do. */
  private static final long REMOVE_ADDRESS = 0x3d7f94;

  private static final long REACH_OUT = 0x3d7f92;
  private static final NativeAddress LOOPBACK =
      NativeAddress.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 9));

  private final Random random;
  private final FuzzObjects objects;
  private final byte[] initial;
  private final Path scratch;
  private final MemorySegment[] regions = new MemorySegment[MAX_POINTERS];

  FuzzArguments(Arena arena, Random random, FuzzObjects objects, byte[] initial, Path scratch) {
    this.scratch = scratch;
    this.random = random;
    this.objects = objects;
    this.initial = initial;
    Arrays.setAll(regions, i -> arena.allocate(REGION_BYTES, 64));
  }

  List<Object> next(String name, FunctionDescriptor descriptor) {
    List<Object> arguments = new ArrayList<>();
    int pointers = 0;
    for (MemoryLayout layout : descriptor.argumentLayouts()) {
      Class<?> type = ((ValueLayout) layout).carrier();
      if (type == MemorySegment.class) {
        MemorySegment region = regions[pointers++];
        prepare(region, name);
        arguments.add(pointer(region));
      } else if (type == long.class) {
        boolean fitting = arguments.isEmpty() && random.nextInt(4) != 0;
        arguments.add(fitting ? objects.recent(Kind.of(name), random) : number());
      } else if (type == int.class) {
        arguments.add(count());
      } else {
        arguments.add((byte) random.nextInt(random.nextBoolean() ? 2 : 256));
      }
    }
    if (random.nextBoolean()) {
      help(name, arguments);
    }
    restrict(name, arguments);
    return arguments;
  }

  /** Keeps a call from what would harm the machine, or reads beyond what is ours. */
  private void restrict(String name, List<Object> arguments) {
    switch (name) {
      // Connections go by the time they are told: few calls may let it run out.
      case "dk_conn_on_timeout" -> {
        if (random.nextInt(64) != 0) {
          arguments.set(1, LoopbackPeer.now());
        }
      }
      case "dk_udp_wait" ->
          arguments.set(1, Math.floorMod((long) arguments.get(1), SHORT_WAIT_NANOS));
      case "dk_peek" -> {
        // The lengths say how much is read: a few short ones, or one that is refused.
        regions[1].fill((byte) 0);
        regions[1].set(ValueLayout.JAVA_INT, 0, initial.length);
        for (int i = 1; i < 8; i++) {
          regions[1].set(ValueLayout.JAVA_INT, i * 4L, random.nextInt(1500));
        }
        if (random.nextInt(8) == 0) {
          regions[1].set(ValueLayout.JAVA_INT, 4, -1 - random.nextInt(1 << 20));
        }
      }
      case "dk_config_keylog" -> path(scratch.resolve("keys"), arguments);
      case "dk_config_qlog" ->
          path(random.nextInt(4) == 0 ? scratch.resolve("no") : scratch, arguments);
      default -> {}
    }
  }

  /** No file is made but in the scratch folder: a length that fits a region is that of the path. */
  private void path(Path path, List<Object> arguments) {
    byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
    arguments.set(1, put(name, regions[0]));
    long length = (long) arguments.get(2);
    if (length > 0 && length < REGION_BYTES) {
      arguments.set(2, (long) name.length);
    }
  }

  /** Fills the start of a region with what the call might want there. */
  private void prepare(MemorySegment region, String name) {
    if (name.startsWith("dk_udp_")) {
      // What other calls left behind might look like an address to send to. A family of zero is
      // none.
      region.fill((byte) 0);
      if (name.equals("dk_udp_send")) {
        records(region, TX_BYTES);
      } else if (random.nextBoolean()) {
        LOOPBACK.write(region, 0);
      }
      return;
    }
    switch (random.nextInt(5)) {
      case 0 -> put(initial, region);
      case 1 -> LOOPBACK.write(region, 0);
      case 2 -> records(region, random.nextBoolean() ? RX_BYTES : TX_BYTES);
      case 3 -> put(LoopbackPeer.alpnList(), region);
      default -> {
        for (int i = 0; i < 256; i += Long.BYTES) {
          region.set(ValueLayout.JAVA_LONG, i, random.nextLong());
        }
      }
    }
  }

  /** Entries like dk_tx or dk_rx, with offsets and lengths both good and bad. */
  private void records(MemorySegment region, int size) {
    for (int at = 0; at < RECORDS * size; at += size) {
      region.set(ValueLayout.JAVA_INT, at, random.nextInt(random.nextBoolean() ? 1500 : 1 << 30));
      region.set(
          ValueLayout.JAVA_INT, at + 4, random.nextInt(random.nextBoolean() ? 1500 : 1 << 30));
      region.set(ValueLayout.JAVA_INT, at + 8, random.nextInt(3));
      if (size == RX_BYTES) {
        LOOPBACK.write(region, at + 16);
        LOOPBACK.write(region, at + 40);
      } else {
        LOOPBACK.write(region, at + 48);
      }
    }
  }

  private MemorySegment pointer(MemorySegment region) {
    return switch (random.nextInt(16)) {
      case 0 -> MemorySegment.NULL;
      case 1 -> region.asSlice(1);
      default -> region;
    };
  }

  /** Ids, times, codes and lengths alike: none between a region's end and what is refused. */
  private long number() {
    return switch (random.nextInt(8)) {
      case 0 -> random.nextInt(8);
      case 1 -> random.nextInt(MAX_COUNT);
      case 2 -> random.nextInt(REGION_BYTES - 1);
      case 3 -> (1L << 62) + random.nextInt(3) - 1;
      case 4 -> -1 - random.nextInt(8);
      case 5 -> random.nextLong() | (1L << 40);
      default -> anyId();
    };
  }

  private int count() {
    return switch (random.nextInt(4)) {
      case 0 -> random.nextInt(8);
      case 1 -> random.nextInt(32);
      case 2 -> -1 - random.nextInt(8);
      default -> random.nextInt(MAX_COUNT);
    };
  }

  /** An id of any kind, alive or stale, or one generation off. */
  private long anyId() {
    long id = objects.recent(Kind.any(random), random);
    long other = random.nextInt(4) == 0 ? id + (1L << 32) : id;
    // Ids of the first generation may be small: then they are lengths within a region.
    return other >= 0 && other <= Integer.MAX_VALUE ? other % MAX_COUNT : other;
  }

  /** Makes a call that could succeed out of one that hardly can. */
  private void help(String name, List<Object> arguments) {
    switch (name) {
      case "dk_connect" -> {
        byte[] alpns = LoopbackPeer.alpnList();
        arguments.set(1, regions[0]);
        arguments.set(2, put(alpns, regions[1]));
        arguments.set(3, (long) alpns.length);
        arguments.set(4, loopback(regions[2]));
        arguments.set(5, loopback(regions[3]));
        arguments.set(7, regions[4]);
      }
      case "dk_config_new_webpki" -> {
        byte[] root = NamedServerTest.root();
        arguments.set(0, put(root, regions[0]));
        arguments.set(1, (long) root.length);
        arguments.set(2, regions[1]);
      }
      case "dk_connect_name" -> {
        byte[] alpns = LoopbackPeer.alpnList();
        arguments.set(1, put("localhost".getBytes(StandardCharsets.UTF_8), regions[0]));
        arguments.set(2, (long) "localhost".length());
        arguments.set(3, put(alpns, regions[1]));
        arguments.set(4, (long) alpns.length);
        arguments.set(5, loopback(regions[2]));
        arguments.set(6, loopback(regions[3]));
        arguments.set(8, regions[4]);
      }
      case "dk_accept" -> {
        arguments.set(1, put(initial, regions[0]));
        arguments.set(2, (long) initial.length);
        arguments.set(3, loopback(regions[1]));
        arguments.set(4, loopback(regions[2]));
        arguments.set(6, regions[3]);
      }
      case "dk_test_panic" -> {
        Kind kind = Kind.any(random);
        arguments.set(0, kind.code);
        arguments.set(1, objects.recent(kind, random));
      }
      case "dk_udp_recv" -> {
        arguments.set(1, regions[0]);
        arguments.set(2, REGION_BYTES - 1L);
        arguments.set(3, regions[1]);
        arguments.set(4, MAX_COUNT);
      }
      case "dk_udp_send" -> {
        arguments.set(1, regions[0]);
        arguments.set(2, REGION_BYTES - 1L);
        arguments.set(3, regions[1]);
        arguments.set(4, random.nextInt(RECORDS));
        arguments.set(5, regions[2]);
      }
      case "dk_stream_capacity", "dk_stream_priority", "dk_stream_acked" ->
          arguments.set(1, streamId());
      case "dk_peek" -> {
        arguments.set(0, put(initial, regions[0]));
        arguments.set(1, regions[1]);
        arguments.set(2, 1 + random.nextInt(8));
        arguments.set(3, regions[2]);
        arguments.set(4, REGION_BYTES - 1L);
      }
      case "dk_dgram_send" -> {
        arguments.set(2, regions[0]);
        arguments.set(3, random.nextLong(1100));
        arguments.set(4, random.nextInt(2));
      }
      case "dk_conn_export_keying" -> {
        arguments.set(1, regions[0]);
        arguments.set(2, 1 + random.nextLong(200));
        arguments.set(3, regions[1]);
        arguments.set(4, random.nextLong(1000));
        arguments.set(5, regions[2]);
        arguments.set(6, 1 + random.nextLong(1000));
      }
      case "dk_stream_shutdown" -> {
        arguments.set(2, streamId());
        arguments.set(3, random.nextInt(2));
        arguments.set(4, random.nextLong(100));
      }
      case "dk_stream_send", "dk_stream_recv" -> {
        arguments.set(2, streamId());
        arguments.set(3, regions[0]);
        arguments.set(4, 1 + random.nextLong(MAX_COUNT));
        arguments.set(5, name.equals("dk_stream_send") ? (Object) (byte) 0 : regions[1]);
        arguments.set(6, regions[2]);
      }
      default -> helpPath(name, arguments);
    }
  }

  /** The same for paths, probes and frames. */
  private void helpPath(String name, List<Object> arguments) {
    switch (name) {
      case "dk_path_open", "dk_probe" -> {
        arguments.set(2, loopback(regions[0]));
        arguments.set(3, loopback(regions[1]));
        arguments.set(arguments.size() - 1, regions[2]);
      }
      case "dk_path_abandon", "dk_path_set_active" -> arguments.set(2, random.nextInt(2));
      case "dk_path_set_status", "dk_path_set_idle", "dk_path_ping" ->
          arguments.set(1, random.nextInt(2));
      case "dk_path_rebind" -> {
        arguments.set(2, random.nextInt(2));
        arguments.set(3, loopback(regions[0]));
      }
      case "dk_frame_send" -> {
        boolean remove = random.nextBoolean();
        regions[0].fill((byte) 0);
        arguments.set(1, remove ? REMOVE_ADDRESS : REACH_OUT);
        arguments.set(2, regions[0]);
        arguments.set(3, remove ? 1L : 7L);
        arguments.set(4, random.nextInt(2));
      }
      default -> {}
    }
  }

  private long streamId() {
    return random.nextBoolean() ? 0 : random.nextLong(8);
  }

  private static MemorySegment put(byte[] bytes, MemorySegment region) {
    MemorySegment.copy(bytes, 0, region, ValueLayout.JAVA_BYTE, 0, bytes.length);
    return region;
  }

  private static MemorySegment loopback(MemorySegment region) {
    LOOPBACK.write(region, 0);
    return region;
  }
}
