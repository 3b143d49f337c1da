package dev.dialkey.internal.endpoint;

import dev.dialkey.bindings.NativeAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The addresses under which the engine knows what is no socket address: private IPv6 addresses (RFC
 * 4193) that never reach a wire. Only this class knows how they are made. Thread-safe.
 */
final class VirtualAddresses {
  /** fd, then a global id that was drawn once at random. */
  private static final long PREFIX = 0xfd8d_1a4e_7c35_0000L;

  private static final int PORT = 443;

  /** Our own side of every virtual path. */
  static final NativeAddress LOCAL = address(0);

  private final AtomicLong last = new AtomicLong();

  /** An address that stands for all candidates of one dialled peer. */
  NativeAddress next() {
    return address(last.incrementAndGet());
  }

  private static NativeAddress address(long number) {
    byte[] ip = ByteBuffer.allocate(16).putLong(PREFIX).putLong(number).array();
    try {
      return NativeAddress.of(new InetSocketAddress(InetAddress.getByAddress(ip), PORT));
    } catch (UnknownHostException e) {
      throw new AssertionError("the length is 16", e);
    }
  }
}
