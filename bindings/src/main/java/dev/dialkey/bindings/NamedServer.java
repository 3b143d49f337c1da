package dev.dialkey.bindings;

import dev.dialkey.bindings.ffi.dialkey_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/** Connections to servers that show an X.509 certificate for their name. Stateless. */
public final class NamedServer {

  private NamedServer() {}

  /**
   * Dials a server that has a certificate for its name; nothing is sent until the first flush.
   *
   * @param config made by {@link NativeConfig#openForNames}
   * @param host a DNS name without a dot at its end, or an IP address without brackets
   * @param alpns the protocols offered, in TLS form
   * @throws NativeException when the host is neither
   */
  public static NativeConnection connect(
      NativeConfig config,
      ResultSlots slots,
      String host,
      byte[] alpns,
      NativeAddress local,
      NativeAddress peer,
      long nowNanos) {
    byte[] name = host.getBytes(StandardCharsets.UTF_8);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocateFrom(ValueLayout.JAVA_BYTE, name);
      MemorySegment list = arena.allocateFrom(ValueLayout.JAVA_BYTE, alpns);
      MemorySegment from = NativeConnection.write(arena, local);
      MemorySegment to = NativeConnection.write(arena, peer);
      return NativeConnection.create(
          slots,
          out ->
              dialkey_h.dk_connect_name(
                  config.id(), text, name.length, list, alpns.length, from, to, nowNanos, out));
    }
  }
}
