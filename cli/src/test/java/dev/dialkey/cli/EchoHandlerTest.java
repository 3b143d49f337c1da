package dev.dialkey.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.dialkey.BiStream;
import dev.dialkey.Connection;
import dev.dialkey.Endpoint;
import dev.dialkey.StreamResetException;
import dev.dialkey.StreamStoppedException;
import dev.dialkey.testkit.LeakCheck;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
final class EchoHandlerTest {

  /** What a test does with a stream to an echo server. */
  private interface Use {
    void of(BiStream stream) throws IOException;
  }

  @Test
  void resetComesBackWithItsCode() throws IOException {
    onStream(stream -> {
      stream.send().write(new byte[] {1});
      stream.recv().readFully(new byte[1]);
      stream.send().reset(42);
      var e =
          catchThrowableOfType(StreamResetException.class, () -> stream.recv().read(new byte[1]));
      assertThat(e.code()).isEqualTo(42);
    });
  }

  @Test
  void stopComesBackWithItsCode() throws IOException {
    onStream(stream -> {
      stream.send().write(new byte[] {1});
      stream.recv().readFully(new byte[1]);
      stream.recv().stop(43);
      var e = catchThrowableOfType(StreamStoppedException.class, () -> writeForEver(stream));
      assertThat(e.code()).isEqualTo(43);
    });
  }

  @Test
  void emptyStreamEndsEmpty() throws IOException {
    onStream(stream -> {
      stream.send().finish();
      assertThat(stream.recv().readAll(10)).isEmpty();
    });
  }

  private static void writeForEver(BiStream stream) throws IOException {
    while (true) {
      stream.send().write(new byte[1_000]);
    }
  }

  private static void onStream(Use use) throws IOException {
    try (EchoServer server = EchoServer.start(Loopback.builder());
        Endpoint client = Loopback.builder().bind();
        Connection connection = client.connect(server.ticket(), EchoProtocol.ALPN);
        BiStream stream = connection.openBi()) {
      use.of(stream);
    }
  }
}
