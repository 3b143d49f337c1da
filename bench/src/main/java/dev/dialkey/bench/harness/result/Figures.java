package dev.dialkey.bench.harness.result;

/** Names of the figures that the driver itself reads or adds. */
public final class Figures {
  /** Datagrams that arrived. */
  public static final String RECEIVED = "received";

  /** Bytes by which the server's resident memory grew. */
  public static final String SERVER_GROWTH = "server_growth_bytes";

  /** Bytes by which the client's resident memory grew. */
  public static final String CLIENT_GROWTH = "client_growth_bytes";

  /** CPU of both processes at rest, in percent of one core. */
  public static final String REST_PERCENT = "rest_percent";

  /** Bytes that the server's heap handed out. */
  public static final String SERVER_ALLOCATED = "server_allocated_bytes";

  /** Bytes that the client's heap handed out. */
  public static final String CLIENT_ALLOCATED = "client_allocated_bytes";

  /** What a peer calls the bytes that its heap handed out since it started. */
  public static final String ALLOCATED = "allocated";

  private Figures() {}
}
