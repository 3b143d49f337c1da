package dev.dialkey.cli.pipe;

import dev.dialkey.BiStream;
import dev.dialkey.Connection;
import dev.dialkey.DialkeyTimeoutException;
import dev.dialkey.RecvStream;
import dev.dialkey.addressing.Alpn;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * What both sides of a pipe have to agree on. Who opens a stream says hello, because the other side
 * sees a stream only with its first bytes, and it may be the other side that has something to say.
 *
 * @param alpn the protocol
 * @param greets whether streams begin with the greeting; protocols of the user's own do not
 */
record PipeProtocol(Alpn alpn, boolean greets) {
  /** What dumbpipe speaks. */
  static final PipeProtocol DEFAULT = new PipeProtocol(Alpn.of("DUMBPIPEV0"), true);

  private static final byte[] GREETING = "hello".getBytes(StandardCharsets.US_ASCII);
  private static final String TEXT_PREFIX = "utf8:";

  /** The greeting comes with the stream's first packet; who sends less is not waited for. */
  private static final Duration GREETING_LIMIT = Duration.ofSeconds(30);

  /**
   * A protocol of the user's own.
   *
   * @param text hexadecimal digits, or {@code utf8:} and text
   * @throws IllegalArgumentException when it is neither
   */
  static PipeProtocol custom(String text) {
    Alpn alpn =
        text.startsWith(TEXT_PREFIX)
            ? Alpn.of(text.substring(TEXT_PREFIX.length()))
            : Alpn.of(HexFormat.of().parseHex(text));
    return new PipeProtocol(alpn, false);
  }

  /** Opens a stream; the caller closes it. */
  BiStream open(Connection connection) throws IOException {
    BiStream stream = connection.openBi();
    boolean greeted = false;
    try {
      if (greets) {
        stream.send().write(GREETING);
      }
      greeted = true;
      return stream;
    } finally {
      if (!greeted) {
        stream.close();
      }
    }
  }

  /**
   * Reads the greeting of a stream that the peer has opened.
   *
   * @throws BadGreetingException when the stream begins with anything else
   */
  void expect(RecvStream stream) throws IOException {
    if (!greets) {
      return;
    }
    var greeting = ByteBuffer.allocate(GREETING.length);
    long deadline = System.nanoTime() + GREETING_LIMIT.toNanos();
    try {
      while (greeting.hasRemaining()) {
        var left = Duration.ofNanos(Math.max(deadline - System.nanoTime(), 0));
        if (stream.read(greeting, left) < 0) {
          throw new BadGreetingException("it ended early");
        }
      }
    } catch (DialkeyTimeoutException e) {
      throw new BadGreetingException("it did not come");
    }
    if (!Arrays.equals(greeting.array(), GREETING)) {
      throw new BadGreetingException("it is another");
    }
  }
}
