package dev.dialkey.bench.peer;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.quic.BoringSSLContextOption;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicChannelOption;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.OptionalLong;

/** The client of Netty QUIC: all its connections are on one socket and one event loop. */
final class NettyClient implements PeerClient, DatagramSender.Lane {

  private static final int IDLE_IN_FLIGHT = 16;

  private final NettySocket socket;
  private final InetSocketAddress server;
  private final QuicChannel connection;
  private final ByteBuf chunk =
      Unpooled.directBuffer(Payload.WRITE_BYTES).writeBytes(Payload.chunk());
  private final ByteBuf datagram =
      Unpooled.directBuffer(Payload.DATAGRAM_BYTES).writeZero(Payload.DATAGRAM_BYTES);
  private long datagramsCounted;

  private NettyClient(NettySocket socket, InetSocketAddress server, QuicChannel connection) {
    this.socket = socket;
    this.server = server;
    this.connection = connection;
  }

  static NettyClient connect(InetSocketAddress server) throws IOException, InterruptedException {
    QuicSslContext tls =
        QuicSslContextBuilder.forClient()
            .trustManager(new TrustAnyone())
            .applicationProtocols(Peer.ALPN)
            .option(BoringSSLContextOption.GROUPS, NettyServer.GROUPS)
            .build();
    // The engines know no host name, so that no session is resumed.
    QuicClientCodecBuilder codec =
        NettySocket.configure(new QuicClientCodecBuilder()).sslContext(tls);
    NettySocket socket =
        NettySocket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), codec.build());
    try {
      return new NettyClient(socket, server, NettySocket.await(dial(socket, server)));
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private static Future<QuicChannel> dial(NettySocket socket, InetSocketAddress server) {
    return QuicChannel.newBootstrap(socket.channel())
        .option(QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR, NettySocket.SEGMENTS)
        .handler(new ChannelInboundHandlerAdapter())
        .streamHandler(new ChannelInboundHandlerAdapter())
        .remoteAddress(server)
        .connect();
  }

  @Override
  public BulkNotes bulk(long bytes) throws IOException, InterruptedException {
    long lostBefore = NettySocket.await(connection.collectStats()).lost();
    Promise<Long> answer = loop().newPromise();
    NettyExchange.open(connection, new NettyBulk(bytes, chunk, answer));
    long first = NettySocket.await(answer);
    if (first != Payload.BULK) {
      throw new IOException("the server answered " + first);
    }
    return new BulkNotes(
        OptionalLong.of(NettySocket.await(connection.collectStats()).lost() - lostBefore),
        OptionalLong.empty(),
        OptionalLong.of(NettySocket.await(connection.collectPathStats(0)).pmtu()));
  }

  @Override
  public long[] requests(int count, int inFlight) throws IOException, InterruptedException {
    long[] nanos = new long[count];
    NettyRepeat.run(
        loop(),
        count,
        inFlight,
        (index, repeat) -> NettyExchange.open(connection, new NettyRequest(index, nanos, repeat)));
    return nanos;
  }

  @Override
  public void handshakes(int count, int inFlight) throws IOException, InterruptedException {
    NettyRepeat.run(
        loop(),
        count,
        inFlight,
        (_, repeat) ->
            dial(socket, server)
                .addListener((Future<QuicChannel> dialled) -> {
                  if (dialled.isSuccess()) {
                    dialled.getNow().close().addListener(_ -> repeat.done());
                  } else {
                    repeat.failed(dialled.cause());
                  }
                }));
  }

  @Override
  public void idle(int count) throws IOException, InterruptedException {
    NettyRepeat.run(
        loop(),
        count,
        IDLE_IN_FLIGHT,
        (_, repeat) ->
            // The socket keeps what it carries.
            dial(socket, server)
                .addListener(dialled -> {
                  if (dialled.isSuccess()) {
                    repeat.done();
                  } else {
                    repeat.failed(dialled.cause());
                  }
                }));
  }

  @Override
  public long datagrams(int count, int perSecond) throws IOException, InterruptedException {
    new DatagramSender(this).send(count, perSecond);
    Promise<Long> answer = loop().newPromise();
    NettyExchange.open(connection, new NettyQuestion(Payload.DATAGRAM_COUNT, answer));
    long counted = NettySocket.await(answer);
    long received = counted - datagramsCounted;
    datagramsCounted = counted;
    return received;
  }

  @Override
  public void send(int count) throws IOException, InterruptedException {
    NettySocket.await(
        loop()
            .submit(() -> {
              for (int i = 0; i < count; i++) {
                var _ = connection.write(datagram.retainedDuplicate());
              }
              connection.flush();
            }));
  }

  @Override
  public long packetsSent() throws IOException, InterruptedException {
    return NettySocket.await(connection.collectStats()).sent();
  }

  private EventLoop loop() {
    return connection.eventLoop();
  }

  @Override
  public void close() {
    connection.close().awaitUninterruptibly();
    socket.close();
    chunk.release();
    datagram.release();
  }
}
