package dev.dialkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dialkey.BiStream;
import dev.dialkey.TransportOptions;
import dev.dialkey.holepunch.PathStatus;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Paths of two endpoints, of which one may do without. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class PathControlTest {
  @Test
  void multipathIsThereUnlessOneDoesWithout() throws Exception {
    try (var pair = Loopback.connect(TransportOptions.defaults())) {
      assertThat(pair.client().pathControl().isSupported()).isTrue();
      assertThat(pair.server().pathControl().isSupported()).isTrue();
    }
  }

  @Test
  void onePathIsEnoughForData() throws Exception {
    var single = TransportOptions.builder().multipath(false).build();
    assertThat(single.multipath()).isFalse();
    try (var pair = Loopback.connect(single)) {
      assertThat(pair.client().pathControl().isSupported()).isFalse();
      assertThat(pair.server().pathControl().isSupported()).isFalse();
      var elsewhere = new InetSocketAddress(InetAddress.getLoopbackAddress(), 9);
      assertThatThrownBy(() -> pair.client().pathControl().open(elsewhere, PathStatus.AVAILABLE))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("multipath");
      try (BiStream stream = pair.client().openBi()) {
        stream.send().write(new byte[] {7});
        stream.send().finish();
        try (BiStream seen = pair.server().acceptBi()) {
          assertThat(seen.recv().readAll(1)).containsExactly(7);
        }
      }
      assertThat(pair.client().paths()).hasSize(1);
    }
  }
}
