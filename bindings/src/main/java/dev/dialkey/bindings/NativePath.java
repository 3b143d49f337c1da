package dev.dialkey.bindings;

/**
 * One path of a connection, {@code dk_path_info}.
 *
 * @param id path id
 * @param local our address as the engine sees it
 * @param peer the peer's address as the engine sees it
 * @param state how far it has come
 * @param active whether it carries data
 * @param backup whether we told the peer that it is a backup
 * @param suspected whether what is sent there is not acknowledged
 * @param rttNanos smoothed round-trip time
 * @param minRttNanos smallest round-trip time
 * @param congestionWindow bytes that may be in flight
 * @param mtu largest UDP payload
 * @param sent packets sent
 * @param received packets received
 * @param lost packets lost
 * @param sentBytes bytes sent
 * @param receivedBytes bytes received
 * @param lostBytes bytes lost
 */
public record NativePath(
    long id,
    NativeAddress local,
    NativeAddress peer,
    State state,
    boolean active,
    boolean backup,
    boolean suspected,
    long rttNanos,
    long minRttNanos,
    long congestionWindow,
    int mtu,
    long sent,
    long received,
    long lost,
    long sentBytes,
    long receivedBytes,
    long lostBytes) {

  /** How far a path has come, {@code dk_path_state}. */
  public enum State {
    /** Its validation failed. */
    FAILED,
    /** Nothing is known. */
    UNKNOWN,
    /** A challenge is under way. */
    VALIDATING,
    /** A challenge was answered. */
    VALIDATED,
    /** Nothing is sent on it any more. */
    ABANDONED;

    private static final State[] ALL = values();

    static State of(int code) {
      return code >= 0 && code < ALL.length ? ALL[code] : UNKNOWN;
    }
  }
}
