package dev.dialkey;

import java.io.IOException;

/**
 * Something that the network or a peer did and that the caller has to know of. The tree is sealed,
 * so a switch over it is complete.
 */
public abstract sealed class DialkeyException extends IOException
    permits ConnectionClosedException,
        DatagramException,
        DialException,
        DialkeyTimeoutException,
        EndpointBindException,
        EndpointClosedException,
        HandshakeException,
        StreamException {
  private static final long serialVersionUID = 1L;

  DialkeyException(String message) {
    super(message);
  }

  DialkeyException(String message, Throwable cause) {
    super(message, cause);
  }
}
