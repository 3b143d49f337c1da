package dev.dialkey.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.BiStream;
import dev.dialkey.Connection;
import dev.dialkey.Router;
import dev.dialkey.testkit.LeakCheck;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Peers that answer, but not with what they were sent. */
@ExtendWith(LeakCheck.class)
final class WrongPeerTest {
  /** Behind the bytes of the round-trip test, so that the transfer has to find it. */
  private static final int BAD_BYTE = 70_000;

  /** What a bad peer does with the bytes at a position of a stream. */
  private interface Distortion {
    ByteBuffer apply(byte[] bytes, int length, long position);
  }

  @Test
  void oneWrongByteIsFound() throws IOException {
    String err =
        failureWith((bytes, length, position) -> {
          if (position <= BAD_BYTE && BAD_BYTE < position + length) {
            bytes[(int) (BAD_BYTE - position)] ^= 0x20;
          }
          return ByteBuffer.wrap(bytes, 0, length);
        });
    assertThat(err).contains("wrong data: byte " + BAD_BYTE + " of stream 0").hasLineCount(1);
  }

  @Test
  void missingBytesAreFound() throws IOException {
    String err =
        failureWith(
            (bytes, length, position) -> ByteBuffer.wrap(bytes, 0, position > 1_000 ? 0 : length));
    assertThat(err).contains("wrong data: ").contains("of 100000 bytes").hasLineCount(1);
  }

  @Test
  void repeatedBytesAreFound() throws IOException {
    String err =
        failureWith((bytes, length, position) -> {
          ByteBuffer twice = ByteBuffer.allocate(2 * length);
          return twice.put(bytes, 0, length).put(bytes, 0, length).flip();
        });
    assertThat(err).contains("wrong data: ").hasLineCount(1);
  }

  @Test
  void peerThatGivesUpIsToldWithItsCode() throws IOException {
    try (Router peer =
        Loopback.peer(connection -> {
          connection.acceptBi();
          connection.close(77, "no time");
        })) {
      TestShell shell = TestShell.plain();
      assertThat(run(shell, peer)).isEqualTo(1);
      assertThat(shell.err()).contains("77").contains("no time").hasLineCount(1);
    }
  }

  private static String failureWith(Distortion distortion) throws IOException {
    try (Router peer = Loopback.peer(connection -> serve(connection, distortion))) {
      TestShell shell = TestShell.plain();
      assertThat(run(shell, peer)).isEqualTo(1);
      assertThat(shell.err()).startsWith("error: ");
      assertThat(shell.out()).doesNotContain("all right");
      return shell.err();
    }
  }

  private static int run(TestShell shell, Router peer) {
    String ticket = Loopback.ticketOf(peer);
    return shell.run("echo", ticket, "--bytes", "100K", "--bind", Loopback.BIND);
  }

  /** One stream at a time is what the command opens by default. */
  private static void serve(Connection connection, Distortion distortion) throws IOException {
    while (true) {
      try (BiStream stream = connection.acceptBi()) {
        var bytes = new byte[4_096];
        long position = 0;
        int n = stream.recv().read(bytes);
        while (n >= 0) {
          stream.send().write(distortion.apply(bytes, n, position));
          position += n;
          n = stream.recv().read(bytes);
        }
        stream.send().finish();
      }
    }
  }
}
