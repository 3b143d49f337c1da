package dev.dialkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.BiStream;
import dev.dialkey.TransportOptions;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
@Timeout(60)
class EchoTest {

  @Test
  void smallMessageComesBack() throws Exception {
    try (var pair = Loopback.connect(TransportOptions.defaults())) {
      assertThat(pair.client().remoteId()).isEqualTo(pair.acceptor().id());
      assertThat(pair.server().remoteId()).isEqualTo(pair.dialler().id());
      try (BiStream bi = pair.client().openBi()) {
        bi.send().write("hello".getBytes());
        bi.send().finish();
        try (BiStream served = pair.server().acceptBi()) {
          byte[] request = served.recv().readAll(100);
          served.send().write(request);
          served.send().finish();
          assertThat(new String(bi.recv().readAll(100))).isEqualTo("hello");
        }
      }
    }
  }

  @Test
  void largeMessageComesBack() throws Exception {
    byte[] data = new byte[20 << 20];
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) (i * 31 + (i >> 12));
    }
    try (var pair = Loopback.connect(TransportOptions.defaults())) {
      var echo =
          Thread.ofVirtual()
              .start(() -> {
                try (BiStream served = pair.server().acceptBi()) {
                  // What the view has gathered is part of what is finished.
                  served.recv().inputStream().transferTo(served.send().outputStream());
                  served.send().finish();
                  served.recv().connection().closed().join();
                } catch (Exception e) {
                  e.printStackTrace();
                }
              });
      try (BiStream bi = pair.client().openBi()) {
        var writer =
            Thread.ofVirtual()
                .start(() -> {
                  try {
                    bi.send().write(data);
                    bi.send().finish();
                  } catch (Exception e) {
                    e.printStackTrace();
                  }
                });
        byte[] back = bi.recv().readAll(data.length);
        writer.join();
        assertThat(back).hasSameSizeAs(data);
        assertThat(Arrays.mismatch(back, data)).isEqualTo(-1);
      }
      pair.client().close();
      echo.join();
    }
  }
}
