package dev.dialkey;

import dev.dialkey.addressing.Alpn;
import dev.dialkey.addressing.EndpointAddr;

/**
 * Has a say in every connection of an endpoint. Several may be given; they are asked in order, and
 * the first rejection counts.
 *
 * <p>Called by the thread that waits for the connection. What a hook throws counts as a rejection
 * with code 0 and is logged.
 */
public interface EndpointHooks {

  /**
   * Asked before anything is sent to a peer that is dialled. A rejection makes the dial fail with
   * {@link RejectedLocallyException}.
   *
   * @param addr whom the endpoint is about to dial
   * @param alpn the protocol asked for first
   * @return the decision
   */
  default Decision beforeConnect(EndpointAddr addr, Alpn alpn) {
    return Decision.accept();
  }

  /**
   * Asked when a handshake is over, in both directions, before the application sees the connection.
   * A rejection closes it. Of a connection to be looked at later keep only {@link
   * Connection#ref()}.
   *
   * @param connection the connection; its peer has proved its id
   * @return the decision
   */
  default Decision afterHandshake(Connection connection) {
    return Decision.accept();
  }
}
