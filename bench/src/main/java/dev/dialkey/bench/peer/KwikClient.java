package dev.dialkey.bench.peer;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import tech.kwik.core.QuicClientConnection;
import tech.kwik.core.QuicStream;
import tech.kwik.core.log.NullLogger;

/** The client of kwik: each connection has a socket and threads of its own. */
final class KwikClient implements PeerClient, DatagramSender.Lane {

  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(30);

  private final InetSocketAddress server;
  private final CountingSocket socket;
  private final QuicClientConnection connection;
  private final List<QuicClientConnection> kept = new ArrayList<>();
  private long datagramsCounted;

  private KwikClient(
      InetSocketAddress server, CountingSocket socket, QuicClientConnection connection) {
    this.server = server;
    this.socket = socket;
    this.connection = connection;
  }

  static KwikClient connect(InetSocketAddress server) throws IOException {
    CountingSocket socket = socket();
    return new KwikClient(server, socket, dial(server, socket));
  }

  private static CountingSocket socket() throws IOException {
    return new CountingSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  /** The connection closes the socket. It offers AES-128-GCM alone unless told otherwise. */
  private static QuicClientConnection dial(InetSocketAddress server, CountingSocket socket)
      throws IOException {
    QuicClientConnection dialled =
        QuicClientConnection.newBuilder()
            .host(server.getHostString())
            .port(server.getPort())
            .applicationProtocol(Peer.ALPN)
            .connectTimeout(CONNECT_LIMIT)
            .maxIdleTimeout(Duration.ofSeconds(Peer.IDLE_SECONDS))
            // The connection gets ten times that, which only a server that sends much would notice.
            .defaultStreamReceiveBufferSize((long) Peer.STREAM_WINDOW_BYTES)
            .maxOpenPeerInitiatedBidirectionalStreams(Peer.MAX_STREAMS)
            .customTrustManager(new TrustAnyone())
            .enableDatagramExtension()
            .socketFactory(_ -> socket)
            .logger(new NullLogger())
            .build();
    dialled.connect();
    return dialled;
  }

  @Override
  public BulkNotes bulk(long bytes) throws IOException, InterruptedException {
    long lostBefore = connection.getStats().lostPackets();
    long sendsBefore = socket.sends();
    QuicStream stream = connection.createStream(true);
    new KwikBulk(connection, stream).send(bytes);
    expectEnd(stream, Payload.BULK);
    return new BulkNotes(
        OptionalLong.of(connection.getStats().lostPackets() - lostBefore),
        OptionalLong.of(socket.sends() - sendsBefore),
        OptionalLong.of(socket.largestBytes()));
  }

  @Override
  public long[] requests(int count, int inFlight) throws IOException, InterruptedException {
    long[] nanos = new long[count];
    Workers.run(
        count,
        inFlight,
        (_, index) -> {
          long startNanos = System.nanoTime();
          QuicStream stream = ask(Payload.REQUEST);
          expectEnd(stream, Payload.REQUEST);
          nanos[index] = System.nanoTime() - startNanos;
        });
    return nanos;
  }

  @Override
  public void handshakes(int count, int inFlight) throws IOException, InterruptedException {
    Workers.run(count, inFlight, (_, _) -> dial(server, socket()).close());
  }

  @Override
  public void idle(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      kept.add(dial(server, socket()));
    }
  }

  @Override
  public long datagrams(int count, int perSecond) throws IOException, InterruptedException {
    new DatagramSender(this).send(count, perSecond);
    QuicStream stream = ask(Payload.DATAGRAM_COUNT);
    long counted = ByteBuffer.wrap(stream.getInputStream().readNBytes(Long.BYTES)).getLong();
    long received = counted - datagramsCounted;
    datagramsCounted = counted;
    return received;
  }

  private QuicStream ask(byte question) throws IOException {
    QuicStream stream = connection.createStream(true);
    try (OutputStream out = stream.getOutputStream()) {
      out.write(new byte[] {question});
    }
    return stream;
  }

  private static void expectEnd(QuicStream stream, byte answer) throws IOException {
    Payload.expect(stream.getInputStream(), answer);
    if (stream.getInputStream().read() >= 0) {
      throw new IOException("the answer has more than one byte");
    }
  }

  @Override
  public void send(int count) {
    for (int i = 0; i < count; i++) {
      connection.sendDatagram(new byte[Payload.DATAGRAM_BYTES]);
    }
  }

  @Override
  public long packetsSent() {
    return socket.fullSends();
  }

  @Override
  public void close() {
    kept.forEach(QuicClientConnection::close);
    connection.closeAndWait();
  }
}
