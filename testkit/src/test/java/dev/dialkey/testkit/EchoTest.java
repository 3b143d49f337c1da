package dev.dialkey.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.BiStream;
import dev.dialkey.TransportOptions;
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
        bi.send().write("hello".getBytes(UTF_8));
        bi.send().finish();
        try (BiStream served = pair.server().acceptBi()) {
          byte[] request = served.recv().readAll(100);
          served.send().write(request);
          served.send().finish();
          assertThat(bi.recv().readAll(100)).asString(UTF_8).isEqualTo("hello");
        }
      }
    }
  }

  @Test
  void largeMessageComesBack() throws Exception {
    byte[] data = Pattern.bytes(20 << 20, 1);
    try (var pair = Loopback.connect(TransportOptions.defaults())) {
      var echo =
          Tasks.run(() -> {
            try (BiStream served = pair.server().acceptBi()) {
              served.recv().inputStream().transferTo(served.send().outputStream());
              served.send().finish(); // Also what the view has gathered.
              served.recv().connection().closed().join();
            }
          });
      try (BiStream bi = pair.client().openBi()) {
        var writer =
            Tasks.run(() -> {
              bi.send().write(data);
              bi.send().finish();
            });
        assertThat(bi.recv().readAll(data.length)).isEqualTo(data);
        writer.get();
      }
      pair.client().close();
      echo.get();
    }
  }
}
