package dev.dialkey;

import dev.dialkey.addressing.EndpointId;
import java.util.List;

/** A hook of this endpoint rejected the connection; see {@link EndpointHooks}. */
public final class RejectedLocallyException extends DialException {
  private static final long serialVersionUID = 1L;

  RejectedLocallyException(EndpointId remoteId) {
    super(remoteId, "a hook of this endpoint rejected it", List.of());
  }
}
