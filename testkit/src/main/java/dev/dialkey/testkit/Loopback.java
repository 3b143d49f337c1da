package dev.dialkey.testkit;

import dev.dialkey.Connection;
import dev.dialkey.Endpoint;
import dev.dialkey.EndpointBuilder;
import dev.dialkey.Presets;
import dev.dialkey.TransportOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;

/** Endpoints that talk over loopback only. Stateless. */
public final class Loopback {
  /** Long enough for the slowest machine, short enough to find a hang. */
  public static final Duration PATIENCE = Duration.ofSeconds(20);

  private Loopback() {}

  /**
   * A builder of an endpoint with one socket on the IPv4 loopback address.
   *
   * @return the builder
   */
  public static EndpointBuilder builder() {
    return Endpoint.builder(Presets.empty())
        .bindAddr(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  /**
   * A connected pair of endpoints.
   *
   * @param dialler the endpoint that dialled
   * @param acceptor the endpoint that accepted
   * @param client the dialler's connection
   * @param server the acceptor's connection
   */
  public record Pair(Endpoint dialler, Endpoint acceptor, Connection client, Connection server)
      implements AutoCloseable {
    @Override
    public void close() {
      client.close();
      server.close();
      dialler.close();
      acceptor.close();
    }
  }

  /**
   * Connects two new endpoints.
   *
   * @param options transport options of both
   * @return the pair; the caller closes it
   * @throws IOException when they cannot be connected
   */
  public static Pair connect(TransportOptions options) throws IOException {
    Endpoint acceptor = builder().transport(options).alpns("test/1").bind();
    try {
      Endpoint dialler = builder().transport(options).bind();
      try {
        var accepting = acceptor.acceptAsync();
        var client = dialler.connectAsync(acceptor.addr(), "test/1");
        Connection server =
            accepting
                .orTimeout(20, java.util.concurrent.TimeUnit.SECONDS)
                .join()
                .orElseThrow()
                .accept()
                .await(PATIENCE);
        return new Pair(dialler, acceptor, client.join(), server);
      } catch (IOException | RuntimeException e) {
        dialler.close();
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      acceptor.close();
      throw e;
    }
  }
}
