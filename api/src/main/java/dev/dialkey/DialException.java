package dev.dialkey;

import dev.dialkey.addressing.EndpointId;
import java.util.List;
import java.util.stream.Collectors;

/** No connection came about, and the peer is not the one who refused it. */
public abstract sealed class DialException extends DialkeyException
    permits DialTimeoutException,
        NoAddressException,
        RejectedLocallyException,
        SelfDialException,
        WeakPeerIdException {
  private static final long serialVersionUID = 1L;

  private final transient EndpointId remoteId;
  private final transient List<DialAttempt> attempts;

  DialException(EndpointId remoteId, String message, List<DialAttempt> attempts) {
    super("dial " + remoteId.shortString() + ": " + message + describe(attempts));
    this.remoteId = remoteId;
    this.attempts = List.copyOf(attempts);
  }

  /**
   * The endpoint that was dialled.
   *
   * @return its id
   */
  public EndpointId remoteId() {
    return remoteId;
  }

  /**
   * One outcome per address that was tried or could not be tried.
   *
   * @return the outcomes, in dial order
   */
  public List<DialAttempt> attempts() {
    return attempts;
  }

  private static String describe(List<DialAttempt> attempts) {
    return attempts.stream()
        .map(attempt -> attempt.address() + " " + attempt.outcome())
        .collect(
            Collectors.joining(
                "; ", attempts.isEmpty() ? "" : " (", attempts.isEmpty() ? "" : ")"));
  }
}
