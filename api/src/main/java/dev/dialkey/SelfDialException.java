package dev.dialkey;

import dev.dialkey.addressing.EndpointId;
import java.util.List;

/** The endpoint was asked to dial itself. */
public final class SelfDialException extends DialException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates it.
   *
   * @param remoteId the own id
   */
  public SelfDialException(EndpointId remoteId) {
    super(remoteId, "this is the dialling endpoint's own id", List.of());
  }
}
