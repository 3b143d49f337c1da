package dev.dialkey.examples;

import dev.dialkey.Connection;
import dev.dialkey.Endpoint;
import dev.dialkey.EndpointBuilder;
import dev.dialkey.Presets;
import dev.dialkey.RecvStream;
import dev.dialkey.Router;
import dev.dialkey.addressing.EndpointTicket;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;

/**
 * Sends a file to whoever dials, with progress and a check of the whole by its SHA-256.
 *
 * <pre>
 * examples/run FileTransfer                  both ends in this process, over loopback
 * examples/run FileTransfer serve FILE       prints a ticket and serves the file until Ctrl-C
 * examples/run FileTransfer TICKET TARGET    gets the file and writes it to TARGET
 * </pre>
 *
 * <p>A ticket is no permission: whoever has it gets the file. {@link AccessList} shows how to
 * decide who may.
 */
public final class FileTransfer {
  private static final String ALPN = "dialkey-examples/file/1";
  private static final int BUFFER_BYTES = 256 * 1024;
  private static final int HASH_BYTES = 32;
  private static final int SAMPLE_BYTES = 32 * 1024 * 1024;

  private FileTransfer() {}

  /**
   * Runs the example.
   *
   * @param args see above
   * @throws IOException when the peer or the file cannot be reached, or the hash differs
   */
  public static void main(String[] args) throws IOException {
    if (args.length == 0) {
      onLoopback();
    } else if (args.length < 2) {
      System.err.println("usage: FileTransfer [serve FILE | TICKET TARGET]");
      System.exit(2);
    } else if (args[0].equals("serve")) {
      serve(Path.of(args[1]));
    } else {
      try (var endpoint = Endpoint.builder(Presets.minimal()).bind()) {
        receive(endpoint, EndpointTicket.parse(args[0]), Path.of(args[1]));
      }
    }
  }

  private static void onLoopback() throws IOException {
    Path folder = Files.createTempDirectory("dialkey-file-transfer");
    Path file = folder.resolve("sent");
    Path target = folder.resolve("received");
    try (var server = loopback().bind();
        var client = loopback().bind();
        var router = router(server, file)) {
      byte[] sample = new byte[SAMPLE_BYTES];
      new SecureRandom().nextBytes(sample);
      Files.write(file, sample);
      receive(client, EndpointTicket.of(router.endpoint().addr()), target);
      System.out.println(
          Files.mismatch(file, target) < 0 ? "both files are equal" : "the files differ");
    } finally {
      Files.deleteIfExists(file);
      Files.deleteIfExists(target);
      Files.delete(folder);
    }
  }

  private static void serve(Path file) throws IOException {
    try (var endpoint = Endpoint.builder(Presets.minimal()).bind();
        var router = router(endpoint, file)) {
      Runtime.getRuntime().addShutdownHook(new Thread(router::close));
      System.out.println(EndpointTicket.of(endpoint.addr()));
      endpoint.closed().join();
    }
  }

  private static Router router(Endpoint endpoint, Path file) {
    return Router.builder(endpoint).accept(ALPN, connection -> send(connection, file)).start();
  }

  /** The stream holds 8 bytes with the size, the bytes of the file, and 32 bytes with its hash. */
  private static void send(Connection connection, Path file) throws IOException {
    // When something throws here, close resets the stream: the receiver cannot take half a file
    // for a whole one.
    try (var stream = connection.openUni();
        var in = FileChannel.open(file)) {
      long size = in.size();
      stream.write(ByteBuffer.allocate(Long.BYTES).putLong(size).flip());
      MessageDigest hash = sha256();
      var buffer =
          ByteBuffer.allocateDirect(BUFFER_BYTES); // Direct ones are passed on as they are.
      for (long left = size; left > 0; left -= buffer.limit()) {
        buffer.clear().limit((int) Math.min(left, BUFFER_BYTES));
        if (in.read(buffer) < 0) {
          throw new EOFException(file + " has become shorter");
        }
        hash.update(buffer.flip().duplicate());
        stream.write(buffer); // Waits while the receiver is slower than the disk.
      }
      stream.write(hash.digest());
      stream.finish();
    }
    // To return would close the connection with bytes under way. The receiver knows when it has
    // them all, so it is the one to close.
    connection.closed().join();
  }

  private static void receive(Endpoint endpoint, EndpointTicket ticket, Path target)
      throws IOException {
    // The name is ours: one that comes from a peer could lead to any place on this disk.
    Path part = Path.of(target + ".part");
    try {
      try (var connection = endpoint.connect(ticket, ALPN);
          var stream = connection.acceptUni();
          var out =
              FileChannel.open(
                  part,
                  StandardOpenOption.CREATE,
                  StandardOpenOption.TRUNCATE_EXISTING,
                  StandardOpenOption.WRITE)) {
        receive(stream, out);
      }
      Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
      System.out.println("verified and written: " + target.getFileName());
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private static void receive(RecvStream stream, FileChannel out) throws IOException {
    byte[] head = new byte[Long.BYTES];
    stream.readFully(head);
    long size = ByteBuffer.wrap(head).getLong();
    MessageDigest hash = sha256();
    var buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    long done = 0;
    while (done < size) {
      buffer.clear().limit((int) Math.min(size - done, BUFFER_BYTES));
      if (stream.read(buffer) < 0) {
        throw new EOFException("the sender has less than it said");
      }
      int length = buffer.flip().limit();
      hash.update(buffer.duplicate());
      while (buffer.hasRemaining()) {
        out.write(buffer);
      }
      showProgress(done, done + length, size);
      done += length;
    }
    // QUIC has protected the bytes on their way. The hash is for the rest of it: disks, memory,
    // a file that somebody wrote to meanwhile, and mistakes of these two programs.
    byte[] expected = new byte[HASH_BYTES];
    stream.readFully(expected);
    if (!MessageDigest.isEqual(expected, hash.digest())) {
      throw new IOException("the hash differs: the file is not what was sent");
    }
  }

  private static void showProgress(long before, long after, long size) {
    long percent = after * 100 / size;
    if (percent / 10 > before * 100 / size / 10) {
      System.out.printf("%3d %%  %,d of %,d bytes%n", percent, after, size);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has it", e);
    }
  }

  private static EndpointBuilder loopback() {
    return Endpoint.builder(Presets.empty())
        .bindAddr(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }
}
