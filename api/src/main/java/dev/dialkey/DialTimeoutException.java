package dev.dialkey;

import dev.dialkey.addressing.EndpointId;
import java.util.List;

/** No address of the peer answered in time. */
public final class DialTimeoutException extends DialException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates it.
   *
   * @param remoteId the endpoint that was dialled
   * @param attempts one outcome per address
   */
  public DialTimeoutException(EndpointId remoteId, List<DialAttempt> attempts) {
    super(remoteId, "no answer in time", attempts);
  }
}
