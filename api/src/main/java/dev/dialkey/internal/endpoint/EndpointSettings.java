package dev.dialkey.internal.endpoint;

import dev.dialkey.TransportOptions;
import dev.dialkey.addressing.Alpn;
import dev.dialkey.addressing.SecretKey;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * What an endpoint is made of.
 *
 * @param name for logs and thread names
 * @param secretKey the identity
 * @param alpns protocols accepted, in order of preference
 * @param binds sockets to bind
 * @param transport QUIC options
 * @param executor runs user code
 */
public record EndpointSettings(
    String name,
    SecretKey secretKey,
    List<Alpn> alpns,
    List<Bind> binds,
    TransportOptions transport,
    Executor executor) {

  /**
   * One socket to bind.
   *
   * @param address where
   * @param required whether the endpoint is of no use without it
   */
  public record Bind(InetSocketAddress address, boolean required) {}
}
