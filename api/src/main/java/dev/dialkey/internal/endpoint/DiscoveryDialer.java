package dev.dialkey.internal.endpoint;

import dev.dialkey.bindings.NamedServer;
import dev.dialkey.bindings.NativeAddress;
import dev.dialkey.bindings.NativeConfig;
import dev.dialkey.bindings.NativeConnection;
import dev.dialkey.bindings.NativeException;
import dev.dialkey.internal.endpoint.DiscoveryConnection.Place;
import dev.dialkey.internal.loop.ConnectionTable;
import dev.dialkey.internal.loop.EndpointLoop;
import dev.dialkey.internal.reflexive.DiscoveryServer;
import dev.dialkey.internal.reflexive.ServerConnection;
import dev.dialkey.internal.reflexive.TrustedRoots;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Makes the connections for address discovery, from the endpoint's sockets. Thread-safe. */
final class DiscoveryDialer implements ServerConnection.Dialer, AutoCloseable {
  /** As TLS lists it: with its length in front. */
  private static final byte[] ALPNS = "\u000b/iroh-qad/0".getBytes(StandardCharsets.US_ASCII);

  private final EndpointSettings settings;
  private final EndpointResources resources;
  private final ConnectionTable table;
  private final OpenGate gate;
  private final Set<DiscoveryConnection> connections = ConcurrentHashMap.newKeySet();
  private final ReentrantLock configLock = new ReentrantLock();

  private @Nullable NativeConfig config; // Guarded by configLock.

  DiscoveryDialer(
      EndpointSettings settings,
      EndpointResources resources,
      ConnectionTable table,
      OpenGate gate) {
    this.settings = settings;
    this.resources = resources;
    this.table = table;
    this.gate = gate;
  }

  @Override
  public ServerConnection dial(
      DiscoveryServer server, InetSocketAddress address, ServerConnection.Listener listener)
      throws IOException {
    NativeAddress to = NativeAddress.of(address);
    if (resources.transports().toward(to, null) == null) {
      throw new IOException("no socket reaches it");
    }
    return gate.enter(() -> {
      NativeConnection engine = engine(server, to);
      EndpointLoop home = resources.loopToward(to);
      var place = new Place(settings.machine(), home, table, resources.transmitPool());
      var connection = new DiscoveryConnection(engine, to, place, listener, connections::remove);
      connections.add(connection);
      connection.start();
      return connection;
    });
  }

  private NativeConnection engine(DiscoveryServer server, NativeAddress to) throws IOException {
    try {
      return NamedServer.connect(
          config(),
          resources.slots(),
          server.certificateHost(),
          ALPNS,
          VirtualAddresses.LOCAL,
          to,
          settings.machine().nanoTime());
    } catch (NativeException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** Made when it is needed first: reading the certificates that the JVM trusts takes a while. */
  private NativeConfig config() throws IOException {
    configLock.lock();
    try {
      NativeConfig made = config;
      if (made == null) {
        byte[] roots = TrustedRoots.withSystem(settings.discovery().trustedRoots());
        made = NativeConfigs.forDiscovery(settings, roots);
        config = made;
      }
      return made;
    } finally {
      configLock.unlock();
    }
  }

  /** Frees what is left; no loop runs and nobody dials any more. */
  @Override
  public void close() {
    connections.forEach(DiscoveryConnection::abandon);
    configLock.lock();
    try {
      if (config != null) {
        config.close();
      }
    } finally {
      configLock.unlock();
    }
  }
}
