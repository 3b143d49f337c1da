package dev.dialkey.bench.peer;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.cert.CertificateException;
import tech.kwik.core.QuicConnection;
import tech.kwik.core.log.NullLogger;
import tech.kwik.core.server.ApplicationProtocolConnection;
import tech.kwik.core.server.ApplicationProtocolConnectionFactory;
import tech.kwik.core.server.ServerConnectionConfig;
import tech.kwik.core.server.ServerConnectionConfig.RetryRequired;
import tech.kwik.core.server.ServerConnector;

/**
 * The server of kwik.
 *
 * @param socket what it listens on
 * @param connector what accepts there
 */
record KwikServer(CountingSocket socket, ServerConnector connector) implements PeerServer {

  static KwikServer start(InetSocketAddress address) throws IOException {
    Identity identity = Identity.generate();
    CountingSocket socket = new CountingSocket(address);
    try {
      ServerConnector connector =
          ServerConnector.builder()
              .withSocket(socket)
              .withKeyStore(identity.keyStore(), Identity.ALIAS, new char[0], "secp256r1")
              .withConfiguration(configuration())
              .withLogger(new NullLogger())
              .build();
      connector.registerApplicationProtocol(Peer.ALPN, new Factory());
      connector.start();
      return new KwikServer(socket, connector);
    } catch (CertificateException e) {
      socket.close();
      throw new IOException("kwik does not take the certificate: " + e.getMessage(), e);
    }
  }

  private static ServerConnectionConfig configuration() {
    return ServerConnectionConfig.builder()
        .maxIdleTimeoutInSeconds(Peer.IDLE_SECONDS)
        .maxConnectionBufferSize(Peer.CONNECTION_WINDOW_BYTES)
        .maxBidirectionalStreamBufferSize(Peer.STREAM_WINDOW_BYTES)
        .maxUnidirectionalStreamBufferSize(Peer.STREAM_WINDOW_BYTES)
        .maxOpenPeerInitiatedBidirectionalStreams(Peer.MAX_STREAMS)
        .maxOpenPeerInitiatedUnidirectionalStreams(0)
        .retryRequired(RetryRequired.Never)
        .build();
  }

  @Override
  public int port() {
    return socket.getLocalPort();
  }

  @Override
  public void close() {
    connector.close();
  }

  /** Says what a connection may do, and takes its streams. */
  private record Factory() implements ApplicationProtocolConnectionFactory {

    @Override
    public int maxConcurrentPeerInitiatedBidirectionalStreams() {
      return Peer.MAX_STREAMS;
    }

    @Override
    public int maxConcurrentPeerInitiatedUnidirectionalStreams() {
      return 0;
    }

    @Override
    public boolean enableDatagramExtension() {
      return true;
    }

    @Override
    public ApplicationProtocolConnection createConnection(
        String protocol, QuicConnection connection) {
      return new KwikResponder(connection);
    }
  }
}
