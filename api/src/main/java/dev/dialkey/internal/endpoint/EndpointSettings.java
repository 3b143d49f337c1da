package dev.dialkey.internal.endpoint;

import dev.dialkey.AddressDiscovery;
import dev.dialkey.BindOptions;
import dev.dialkey.EndpointListener;
import dev.dialkey.TransportOptions;
import dev.dialkey.addressing.Alpn;
import dev.dialkey.addressing.SecretKey;
import dev.dialkey.internal.machine.Machine;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * What an endpoint is made of.
 *
 * @param name for logs and thread names
 * @param secretKey the identity
 * @param alpns protocols accepted, in order of preference
 * @param binds addresses to bind
 * @param loops event loops, and sockets, for each of them
 * @param segmentationOffload whether one system call may send many datagrams
 * @param transport QUIC options
 * @param discovery servers that tell at which addresses it is seen
 * @param diagnostics what is written for those who look into it
 * @param listeners observe it
 * @param executor runs user code
 * @param machine what it runs on
 */
public record EndpointSettings(
    String name,
    SecretKey secretKey,
    List<Alpn> alpns,
    List<Bind> binds,
    int loops,
    boolean segmentationOffload,
    TransportOptions transport,
    AddressDiscovery discovery,
    Diagnostics diagnostics,
    List<EndpointListener> listeners,
    Executor executor,
    Machine machine) {

  /**
   * One socket to bind.
   *
   * @param address where
   * @param options what it is used for
   */
  public record Bind(InetSocketAddress address, BindOptions options) {}
}
