package dev.dialkey;

import dev.dialkey.addressing.Alpn;
import java.util.List;
import java.util.Optional;

/**
 * How one dial differs from the endpoint's others.
 *
 * @param additionalAlpns protocols offered beside the first one, in order; the peer chooses
 * @param transport QUIC options of this connection; the endpoint's own without
 */
public record ConnectOptions(List<Alpn> additionalAlpns, Optional<TransportOptions> transport) {

  /** Copies the list. */
  public ConnectOptions {
    additionalAlpns = List.copyOf(additionalAlpns);
  }

  /**
   * As the endpoint's others.
   *
   * @return the options
   */
  public static ConnectOptions defaults() {
    return new ConnectOptions(List.of(), Optional.empty());
  }

  /**
   * The same with further protocols.
   *
   * @param alpns the protocols, less preferred than the one that is asked for
   * @return the options
   */
  public ConnectOptions withAlpns(Alpn... alpns) {
    return new ConnectOptions(List.of(alpns), transport);
  }

  /**
   * The same with QUIC options of its own.
   *
   * @param options the options
   * @return the options
   */
  public ConnectOptions withTransport(TransportOptions options) {
    return new ConnectOptions(additionalAlpns, Optional.of(options));
  }
}
