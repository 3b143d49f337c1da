package dev.dialkey;

import dev.dialkey.addressing.EndpointId;
import java.util.List;

/** The dialled id is a point of small order: nobody can prove to own it, so nobody can answer. */
public final class WeakPeerIdException extends DialException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates it.
   *
   * @param remoteId the id
   */
  public WeakPeerIdException(EndpointId remoteId) {
    super(remoteId, "the id is weak (a point of small order), no endpoint can own it", List.of());
  }
}
