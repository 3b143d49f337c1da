package dev.dialkey.bindings;

import dev.dialkey.bindings.ffi.dialkey_h;
import dev.dialkey.bindings.ffi.dk_path_info;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * The paths of a native connection, probes, and frames of extensions. Used as the connection is.
 */
public final class NativePaths {
  private static final int MAX_PATHS = 64;

  private final long id;

  NativePaths(long id) {
    this.id = id;
  }

  /** The paths, of which there may be none when the native object is gone. */
  public List<NativePath> list() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = dk_path_info.allocateArray(MAX_PATHS, arena);
      int count = dialkey_h.dk_path_list(id, out, MAX_PATHS);
      List<NativePath> paths = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        paths.add(path(dk_path_info.asSlice(out, i)));
      }
      return paths;
    }
  }

  /**
   * Opens a path, as clients may; its address of ours may be a wildcard.
   *
   * @return the path id; {@link NativeStatus#LIMIT} or {@link NativeStatus#NO_CID} when the peer
   *     has to allow it first, or another negative status
   */
  public long open(long nowNanos, NativeAddress local, NativeAddress peer, boolean backup) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ValueLayout.JAVA_INT);
      MemorySegment from = NativeConnection.write(arena, local);
      MemorySegment to = NativeConnection.write(arena, peer);
      int status = dialkey_h.dk_path_open(id, nowNanos, from, to, (byte) (backup ? 1 : 0), out);
      return status < 0 ? status : Integer.toUnsignedLong(out.get(ValueLayout.JAVA_INT, 0));
    }
  }

  /** Gives a path up; {@link NativeStatus#STATE} for the last one. */
  public int abandon(long nowNanos, long path, long code) {
    return dialkey_h.dk_path_abandon(id, nowNanos, (int) path, code);
  }

  /** Sends data on a path from now on; {@link NativeStatus#STATE} unless it is validated. */
  public int activate(long nowNanos, long path) {
    return dialkey_h.dk_path_set_active(id, nowNanos, (int) path);
  }

  /** Tells the peer whether it should use the path while others work. */
  public int setStatus(long path, boolean available) {
    return dialkey_h.dk_path_set_status(id, (int) path, (byte) (available ? 1 : 0));
  }

  /** Sends something on a path that the peer acknowledges. */
  public int ping(long path) {
    return dialkey_h.dk_path_ping(id, (int) path);
  }

  /** Says where the first path really goes, after a handshake with a virtual peer. */
  public int pin(NativeAddress local, NativeAddress peer) {
    try (Arena arena = Arena.ofConfined()) {
      return dialkey_h.dk_path_pin(
          id, NativeConnection.write(arena, local), NativeConnection.write(arena, peer));
    }
  }

  /**
   * Sends a challenge to an address that is no path.
   *
   * @return 0; {@link NativeStatus#DONE} when too many wait; {@link NativeStatus#STATE} without NAT
   *     traversal
   */
  public int probe(long nowNanos, NativeAddress local, NativeAddress peer) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(ValueLayout.JAVA_LONG);
      return dialkey_h.dk_probe(
          id,
          nowNanos,
          NativeConnection.write(arena, local),
          NativeConnection.write(arena, peer),
          value);
    }
  }

  /**
   * Sends a frame of NAT traversal, again until it arrives.
   *
   * @return 0; {@link NativeStatus#STATE} when it was not agreed on or is the other side's; {@link
   *     NativeStatus#DONE} when too many wait
   */
  public int sendFrame(long type, byte[] body, long token) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, body);
      int reliable = dialkey_h.DK_DELIVERY_RELIABLE();
      return dialkey_h.dk_frame_send(id, type, bytes, body.length, reliable, token);
    }
  }

  private static NativePath path(MemorySegment info) {
    return new NativePath(
        Integer.toUnsignedLong(dk_path_info.path(info)),
        NativeAddress.read(dk_path_info.local(info), 0),
        NativeAddress.read(dk_path_info.peer(info), 0),
        NativePath.State.of(dk_path_info.state(info)),
        dk_path_info.active(info) != 0,
        dk_path_info.backup(info) != 0,
        dk_path_info.suspected(info) != 0,
        dk_path_info.rtt_ns(info),
        dk_path_info.min_rtt_ns(info),
        dk_path_info.cwnd(info),
        dk_path_info.mtu(info),
        dk_path_info.sent(info),
        dk_path_info.recv(info),
        dk_path_info.lost(info),
        dk_path_info.sent_bytes(info),
        dk_path_info.recv_bytes(info),
        dk_path_info.lost_bytes(info));
  }
}
