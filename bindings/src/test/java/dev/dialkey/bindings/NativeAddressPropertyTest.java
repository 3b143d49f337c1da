package dev.dialkey.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.longs;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.quicktheories.core.Gen;

class NativeAddressPropertyTest {
  private static final Gen<Integer> PORTS = integers().between(0, 65_535);

  @Test
  void ipv4AddressesComeBack() {
    qt().forAll(integers().all(), PORTS)
        .checkAssert((ip, port) -> {
          byte[] bytes = ByteBuffer.allocate(4).putInt(ip).array();
          check(new InetSocketAddress(address(bytes, 0), port), 4);
        });
  }

  @Test
  void ipv6AddressesComeBack() {
    qt().forAll(longs().all(), longs().all(), PORTS, integers().between(0, Integer.MAX_VALUE))
        .checkAssert((high, low, port, scope) -> {
          // A first bit that is set keeps IPv4-mapped addresses out: Java makes IPv4 of them.
          byte[] bytes =
              ByteBuffer.allocate(16).putLong(high | Long.MIN_VALUE).putLong(low).array();
          check(new InetSocketAddress(address(bytes, scope), port), 6);
        });
  }

  private static void check(InetSocketAddress address, int family) {
    NativeAddress form = NativeAddress.of(address);
    assertThat(form.family()).isEqualTo(family);
    assertThat(form.toSocketAddress()).isEqualTo(address);
    assertThat(scope(form.toSocketAddress())).isEqualTo(scope(address));

    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocate(3 * NativeAddress.BYTES);
      long unaligned = 13;
      form.write(segment, unaligned);
      assertThat(NativeAddress.read(segment, unaligned)).isEqualTo(form).hasSameHashCodeAs(form);
      assertThat(form.isAt(segment, unaligned)).isTrue();
      assertThat(form.isAt(segment, unaligned + NativeAddress.BYTES)).isFalse();
    }
  }

  private static int scope(InetSocketAddress address) {
    return address.getAddress() instanceof Inet6Address six ? six.getScopeId() : 0;
  }

  private static InetAddress address(byte[] bytes, int scope) {
    try {
      return bytes.length == 4 || scope == 0
          ? InetAddress.getByAddress(bytes)
          : Inet6Address.getByAddress(null, bytes, scope);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }
}
