package dev.dialkey;

import dev.dialkey.addressing.EndpointId;
import java.util.List;

/** There is no address under which the peer could be dialled. */
public final class NoAddressException extends DialException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates it.
   *
   * @param remoteId the endpoint that was dialled
   * @param attempts why each known address is of no use
   */
  public NoAddressException(EndpointId remoteId, List<DialAttempt> attempts) {
    super(
        remoteId,
        "no usable address; pass an address with a reachable IP address and port",
        attempts);
  }
}
