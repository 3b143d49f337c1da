package dev.dialkey;

import dev.dialkey.internal.connection.PeerConnection;
import dev.dialkey.internal.endpoint.PendingIncoming;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * Somebody dials; no cryptographic work was done for them yet and their address is not verified.
 * Thread-safe; the first decision counts.
 */
public final class Incoming implements AutoCloseable {
  private final Endpoint endpoint;
  private final PendingIncoming pending;

  Incoming(Endpoint endpoint, PendingIncoming pending) {
    this.endpoint = endpoint;
    this.pending = pending;
  }

  /**
   * Goes on with the handshake, which runs by itself from here.
   *
   * @return the handshake
   * @throws EndpointClosedException when the endpoint is closed
   * @throws IllegalStateException when it was decided about before
   * @throws IOException when the first packet turns out to be none
   */
  public Accepting accept() throws IOException {
    return accept(Optional.empty());
  }

  /**
   * As {@link #accept()}, with options of this connection's own.
   *
   * @param options the options
   * @return the handshake
   * @throws IOException as {@link #accept()}
   */
  public Accepting accept(ServerOptions options) throws IOException {
    return accept(Optional.of(options.transport()));
  }

  /**
   * Has the peer prove first that it receives at its address (RFC 9000 section 8.1.2). If it does,
   * it comes up again with {@link #isAddrValidated()}; that costs it a round trip.
   *
   * @throws IllegalStateException when it has proved it already, or was decided about before
   */
  public void retry() {
    endpoint.core().reception().retry(pending);
  }

  /**
   * Whether the peer has proved that it receives at its address.
   *
   * @return true after a {@link #retry()}
   */
  public boolean isAddrValidated() {
    return pending.isValidated();
  }

  /**
   * Looks into the peer's first message. It costs some decryption, and nothing of it is
   * authenticated yet: anybody can send it.
   *
   * @return empty when not all of it is there, it is malformed, or was decided about
   */
  public Optional<ClientHelloInfo> peek() {
    return endpoint.core().reception().peek(pending).map(ClientHelloInfo::of);
  }

  /**
   * Where the peer sends from. Nobody knows yet whether it receives there too, unless {@link
   * #isAddrValidated()}.
   *
   * @return the address
   */
  public IncomingAddr remoteAddr() {
    return new IncomingAddr.Ip(pending.from().toSocketAddress());
  }

  /**
   * The address that the peer has dialled.
   *
   * @return our address
   */
  public InetSocketAddress localAddr() {
    return pending.to().toSocketAddress();
  }

  /** Tells the peer that it is not wanted (CONNECTION_REFUSED). */
  public void refuse() {
    endpoint.core().reception().refuse(pending);
  }

  /** Says nothing; the peer finds out by its own time-out. */
  public void ignore() {
    endpoint.core().reception().ignore(pending);
  }

  private Accepting accept(Optional<TransportOptions> own) throws IOException {
    PeerConnection core = endpoint.core().reception().accept(pending, own);
    return new Accepting(endpoint, core, remoteAddr());
  }

  /** Refuses it, unless it was decided about before. */
  @Override
  public void close() {
    refuse();
  }
}
