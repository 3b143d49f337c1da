package dev.dialkey.internal.endpoint;

import dev.dialkey.EndpointBindException;
import dev.dialkey.bindings.NativeSocket;
import dev.dialkey.bindings.UdpSocket;
import dev.dialkey.internal.loop.Binding;
import dev.dialkey.internal.loop.TransmitPool;
import dev.dialkey.internal.loop.Transports;
import dev.dialkey.internal.loop.UdpTransport;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Opens the sockets of an endpoint; what was opened is closed again when it fails. */
final class SocketBinder implements AutoCloseable {
  private static final Logger LOG = System.getLogger("dev.dialkey.endpoint");

  private final EndpointSettings settings;
  private final TransmitPool pool;
  private final List<UdpSocket> opened = new ArrayList<>();

  SocketBinder(EndpointSettings settings, TransmitPool pool) {
    this.settings = settings;
    this.pool = pool;
  }

  TransmitPool pool() {
    return pool;
  }

  Transports bindAll() throws EndpointBindException {
    List<Binding> bindings = new ArrayList<>();
    for (EndpointSettings.Bind bind : settings.binds()) {
      try {
        var options = bind.options();
        var sockets = bindLoops(bind.address());
        bindings.add(new Binding(sockets, options.prefixLength(), options.defaultRoute()));
      } catch (IOException e) {
        if (bind.options().required()) {
          throw new EndpointBindException(
              "cannot bind UDP " + bind.address() + ": " + e.getMessage(), e);
        }
        LOG.log(Level.DEBUG, () -> "no socket on " + bind.address() + ": " + e.getMessage());
      }
    }
    if (bindings.isEmpty()) {
      throw new EndpointBindException("none of the addresses can be bound", new IOException());
    }
    return new Transports(bindings);
  }

  /** One socket for each loop, all on the port that the first one got. */
  private List<UdpTransport> bindLoops(InetSocketAddress address) throws IOException {
    List<UdpTransport> sockets = new ArrayList<>();
    InetSocketAddress bindTo = address;
    Set<NativeSocket.Flag> flags = EnumSet.noneOf(NativeSocket.Flag.class);
    if (settings.loops() > 1) {
      flags.add(NativeSocket.Flag.SHARED_PORT);
    }
    if (!settings.segmentationOffload()) {
      flags.add(NativeSocket.Flag.NO_SEGMENTATION);
    }
    for (int i = 0; i < settings.loops(); i++) {
      UdpSocket socket = settings.machine().open(bindTo, flags);
      opened.add(socket);
      sockets.add(new UdpTransport(socket, pool));
      bindTo = socket.boundAddress().toSocketAddress();
    }
    return sockets;
  }

  @Override
  public void close() {
    opened.forEach(UdpSocket::close);
  }
}
