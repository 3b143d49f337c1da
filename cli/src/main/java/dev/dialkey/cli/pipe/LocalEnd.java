package dev.dialkey.cli.pipe;

import dev.dialkey.cli.shell.Shell;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardSocketOptions;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.ThreadFactory;

/**
 * Where a pipe ends on this machine. An interrupt ends a read or a write that waits, for it closes
 * the channel. The pump or whoever made it closes it.
 *
 * @param source what goes to the peer
 * @param sink what comes from the peer
 * @param ending ends the output and leaves the input alone
 * @param threads makes the threads that read and write here
 */
record LocalEnd(
    ReadableByteChannel source, WritableByteChannel sink, Ending ending, ThreadFactory threads)
    implements AutoCloseable {

  /** The end of one direction. */
  interface Ending {
    void end() throws IOException;
  }

  /** A connected TCP or Unix socket. */
  static LocalEnd ofSocket(SocketChannel socket) throws IOException {
    if (socket.supportedOptions().contains(StandardSocketOptions.TCP_NODELAY)) {
      socket.setOption(StandardSocketOptions.TCP_NODELAY, true); // What comes in goes out at once.
    }
    return new LocalEnd(
        socket,
        socket,
        socket::shutdownOutput,
        Thread.ofVirtual().name("dialkey-pipe-", 0).factory());
  }

  /**
   * Standard input and output.
   *
   * @param sends whether the input is read at all
   */
  static LocalEnd ofStandard(Shell.Raw raw, boolean sends) {
    ReadableByteChannel source =
        sends ? raw.in() : Channels.newChannel(InputStream.nullInputStream());
    // Virtual threads would hold their carrier while they wait for a file or a terminal.
    ThreadFactory threads = Thread.ofPlatform().daemon().name("dialkey-pipe-", 0).factory();
    return new LocalEnd(source, raw.out(), raw.out()::close, threads);
  }

  @Override
  public void close() throws IOException {
    try (source;
        sink) {
      // Closed in this order, the second one also when the first one fails.
    }
  }
}
