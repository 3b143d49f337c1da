package dev.dialkey;

import dev.dialkey.holepunch.PathId;
import dev.dialkey.holepunch.PathStatus;
import dev.dialkey.internal.connection.PathManager;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * Opens and closes the paths of a connection, and chooses between them (QUIC multipath,
 * draft-ietf-quic-multipath). Without it a connection moves its data by itself when the path in use
 * does not answer any more. Thread-safe.
 */
public final class PathControl {
  private final PathManager paths;

  PathControl(PathManager paths) {
    this.paths = paths;
  }

  /**
   * Whether both sides speak multipath.
   *
   * @return false also before the handshake is complete
   */
  public boolean isSupported() {
    return paths.isMultipath();
  }

  /**
   * Opens one more path to the peer, for instance over another network. Only the side that dialled
   * can, and only a peer that speaks multipath takes it. It carries data once it is selected, or
   * once the path in use fails; whether it works shows in {@link Connection#pathEvents}. Waits
   * while the peer allows no further path: it allows eight at a time.
   *
   * @param remote an address of the peer
   * @param status whether the peer should use it at once, or only when others fail
   * @return the path, which is not validated yet
   * @throws IOException if the connection is over, or the thread is interrupted
   * @throws IllegalStateException on the accepting side, or without multipath
   */
  public PathId open(InetSocketAddress remote, PathStatus status) throws IOException {
    return paths.open(remote, status);
  }

  /**
   * As {@link #open(InetSocketAddress, PathStatus)}, for a limited time.
   *
   * @param remote an address of the peer
   * @param status whether the peer should use it at once, or only when others fail
   * @param timeout how long to wait for the peer to allow it
   * @return the path, which is not validated yet
   * @throws DialkeyTimeoutException if the peer has not allowed it in time
   * @throws IOException if the connection is over, or the thread is interrupted
   * @throws IllegalStateException on the accepting side, or without multipath
   */
  public PathId open(InetSocketAddress remote, PathStatus status, Duration timeout)
      throws IOException {
    return paths.open(remote, status, timeout);
  }

  /**
   * Closes a path. What was sent on it and is not acknowledged is sent again on others; no data is
   * lost.
   *
   * @param path an open path, and not the last one
   * @throws IOException if the connection is over
   * @throws IllegalStateException if the path is not open, or is the last one
   */
  public void close(PathId path) throws IOException {
    paths.abandon(path);
  }

  /**
   * Sends the data on this path from now on. The peer chooses for itself what it sends on.
   *
   * @param path an open path
   * @throws IOException if the connection is over
   * @throws IllegalStateException if the path is not open, or not validated yet
   */
  public void select(PathId path) throws IOException {
    paths.select(path);
  }

  /**
   * Tells the peer whether it should use a path.
   *
   * @param path an open path
   * @param status available, or a backup for when nothing else works
   * @throws IOException if the connection is over
   * @throws IllegalStateException if the path is not open
   */
  public void setStatus(PathId path, PathStatus status) throws IOException {
    paths.setStatus(path, status);
  }

  /**
   * Looks whether the peer can be reached at another address, with a packet that opens the way
   * through a NAT. When the peer answers, the side that dialled opens a path there, as a backup.
   *
   * @param remote an address that may be the peer's
   * @throws IOException if the connection is over
   * @throws IllegalStateException unless both sides speak NAT traversal
   */
  public void probe(InetSocketAddress remote) throws IOException {
    paths.probe(remote);
  }

  /**
   * Where the peer said that it may be reached, for NAT traversal: a peer that accepted tells where
   * it listens, one that dialled what it wants to be probed at.
   *
   * @return at most 32 addresses
   */
  public List<InetSocketAddress> remoteCandidates() {
    return paths.remoteAddresses();
  }
}
