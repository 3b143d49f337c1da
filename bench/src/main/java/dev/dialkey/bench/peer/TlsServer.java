package dev.dialkey.bench.peer;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/**
 * The server of TLS over TCP: messages in place of streams, one after another on each connection. A
 * request is one byte; a bulk message has its length in front. Each is answered with its first
 * byte.
 *
 * @param listener what it listens on
 */
record TlsServer(SSLServerSocket listener) implements PeerServer {

  private static final int BACKLOG = 1024;

  static TlsServer start(InetSocketAddress address) throws IOException {
    SSLServerSocket listener =
        (SSLServerSocket)
            TlsSettings.server(Identity.generate())
                .getServerSocketFactory()
                .createServerSocket(address.getPort(), BACKLOG, address.getAddress());
    listener.setSSLParameters(TlsSettings.parameters());
    TlsServer server = new TlsServer(listener);
    Thread.ofPlatform().daemon().name("accept").start(server::accept);
    return server;
  }

  private void accept() {
    try {
      while (true) {
        Socket accepted = listener.accept();
        Thread.ofVirtual().name("connection").start(() -> serve((SSLSocket) accepted));
      }
    } catch (IOException e) {
      if (!listener.isClosed()) {
        System.err.println("no more connections are accepted: " + e.getMessage());
      }
    }
  }

  private static void serve(SSLSocket accepted) {
    try (SSLSocket socket = accepted) {
      socket.setTcpNoDelay(true);
      DataInputStream in = new DataInputStream(socket.getInputStream());
      OutputStream out = socket.getOutputStream();
      byte[] buffer = new byte[Payload.READ_BYTES];
      for (int kind = in.read(); kind >= 0; kind = in.read()) {
        if (kind == Payload.BULK) {
          skip(in, in.readLong(), buffer);
        }
        out.write(kind);
      }
    } catch (IOException e) {
      // A client that only shook hands may be gone before its handshake is read to the end.
      if (!(e instanceof EOFException)) {
        System.err.println("a connection ended early: " + e.getMessage());
      }
    }
  }

  private static void skip(DataInputStream in, long bytes, byte[] buffer) throws IOException {
    long left = bytes;
    while (left > 0) {
      int read = in.read(buffer, 0, (int) Math.min(left, buffer.length));
      if (read < 0) {
        throw new EOFException("%d bytes of a message did not come".formatted(left));
      }
      left -= read;
    }
  }

  @Override
  public int port() {
    return listener.getLocalPort();
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      System.err.println("the listener stays open: " + e.getMessage());
    }
  }
}
