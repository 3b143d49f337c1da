package dev.dialkey.bench.peer;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;

/** The client of TLS over TCP: one connection for bulk, and one for each request in flight. */
final class TlsClient implements PeerClient {

  private final SSLContext context;
  private final InetSocketAddress server;
  private final TlsConnection bulk;
  private final List<TlsConnection> forRequests = new ArrayList<>();
  private final List<TlsConnection> kept = new ArrayList<>();

  private TlsClient(SSLContext context, InetSocketAddress server, TlsConnection bulk) {
    this.context = context;
    this.server = server;
    this.bulk = bulk;
  }

  static TlsClient connect(InetSocketAddress server) throws IOException {
    SSLContext context = TlsSettings.client();
    return new TlsClient(context, server, TlsConnection.open(context, server));
  }

  @Override
  public BulkNotes bulk(long bytes) throws IOException {
    bulk.bulk(bytes);
    return BulkNotes.NONE;
  }

  @Override
  public long[] requests(int count, int inFlight) throws IOException, InterruptedException {
    while (forRequests.size() < inFlight) {
      forRequests.add(TlsConnection.open(context, server));
    }
    long[] nanos = new long[count];
    Workers.run(
        count,
        inFlight,
        (worker, index) -> {
          long startNanos = System.nanoTime();
          forRequests.get(worker).request();
          nanos[index] = System.nanoTime() - startNanos;
        });
    return nanos;
  }

  @Override
  public void handshakes(int count, int inFlight) throws IOException, InterruptedException {
    Workers.run(count, inFlight, (_, _) -> TlsConnection.open(context, server).close());
  }

  @Override
  public void idle(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      kept.add(TlsConnection.open(context, server));
    }
  }

  @Override
  public long datagrams(int count, int perSecond) throws IOException {
    throw new IOException("TCP has no datagrams; leave this command out for this peer");
  }

  @Override
  public void close() {
    kept.addAll(forRequests);
    kept.add(bulk);
    for (TlsConnection connection : kept) {
      try {
        connection.close();
      } catch (IOException e) {
        System.err.println("a connection was not closed in order: " + e.getMessage());
      }
    }
  }
}
