package dev.dialkey.bench.peer;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * A connection of a client, with its handshake done.
 *
 * @param socket its socket
 */
record TlsConnection(SSLSocket socket) implements AutoCloseable {

  static TlsConnection open(SSLContext context, InetSocketAddress server) throws IOException {
    SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket();
    try {
      socket.setSSLParameters(TlsSettings.parameters());
      socket.setTcpNoDelay(true);
      socket.connect(server);
      socket.startHandshake();
      return new TlsConnection(socket);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  void bulk(long bytes) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(ByteBuffer.allocate(1 + Long.BYTES).put(Payload.BULK).putLong(bytes).array());
    Payload.write(out, bytes);
    Payload.expect(socket.getInputStream(), Payload.BULK);
  }

  void request() throws IOException {
    socket.getOutputStream().write(Payload.REQUEST);
    Payload.expect(socket.getInputStream(), Payload.REQUEST);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
