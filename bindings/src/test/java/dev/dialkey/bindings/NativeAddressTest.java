package dev.dialkey.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dialkey.bindings.ffi.dk_addr;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

class NativeAddressTest {
  @Test
  void fieldsLieWhereTheHeaderPutsThem() throws Exception {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocate(NativeAddress.BYTES, 8);
      var six = InetAddress.ofLiteral("fe80::1%7");
      NativeAddress.of(new InetSocketAddress(six, 0xabcd)).write(segment, 0);

      assertThat(dk_addr.ip(segment).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(six.getAddress());
      assertThat(dk_addr.scope(segment)).isEqualTo(7);
      assertThat(Short.toUnsignedInt(dk_addr.port(segment))).isEqualTo(0xabcd);
      assertThat(dk_addr.family(segment)).isEqualTo((byte) 6);
      assertThat(dk_addr.pad(segment)).isZero();
    }
  }

  @Test
  void anIpv4AddressFillsFourBytes() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocate(NativeAddress.BYTES, 8);
      segment.fill((byte) 0xff);
      NativeAddress.of(new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 53))
          .write(segment, 0);

      assertThat(dk_addr.ip(segment).toArray(ValueLayout.JAVA_BYTE))
          .startsWith(192, 0, 2, 1)
          .endsWith(new byte[12]);
      assertThat(dk_addr.scope(segment)).isZero();
      assertThat(dk_addr.family(segment)).isEqualTo((byte) 4);
    }
  }

  @Test
  void anIpv4MappedAddressIsAnIpv4Address() throws Exception {
    byte[] mapped = new byte[16];
    mapped[10] = mapped[11] = (byte) 0xff;
    mapped[12] = 127;
    mapped[15] = 1;
    var address = new InetSocketAddress(InetAddress.getByAddress(mapped), 1);

    assertThat(NativeAddress.of(address))
        .isEqualTo(NativeAddress.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 1)));
  }

  @Test
  void noAddressHasNoFamily() {
    assertThat(NativeAddress.NONE.family()).isZero();
  }

  @Test
  void aNameIsNoAddress() {
    assertThatThrownBy(
            () -> NativeAddress.of(InetSocketAddress.createUnresolved("example.invalid", 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("example.invalid");
  }

  @Test
  void differentPartsMakeDifferentAddresses() {
    NativeAddress base =
        NativeAddress.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 1));

    assertThat(base)
        .isNotEqualTo(
            NativeAddress.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 2)))
        .isNotEqualTo(
            NativeAddress.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.2"), 1)))
        .isNotEqualTo(
            NativeAddress.of(new InetSocketAddress(InetAddress.ofLiteral("7f00:1::"), 1)));
  }
}
