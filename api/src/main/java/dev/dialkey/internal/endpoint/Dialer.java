package dev.dialkey.internal.endpoint;

import dev.dialkey.CloseReason;
import dev.dialkey.ConnectOptions;
import dev.dialkey.ConnectionClosedException;
import dev.dialkey.DialAttempt;
import dev.dialkey.DialTimeoutException;
import dev.dialkey.DialkeyTimeoutException;
import dev.dialkey.EndpointClosedException;
import dev.dialkey.NoAddressException;
import dev.dialkey.SelfDialException;
import dev.dialkey.WeakPeerIdException;
import dev.dialkey.addressing.Alpn;
import dev.dialkey.addressing.EndpointAddr;
import dev.dialkey.addressing.EndpointId;
import dev.dialkey.addressing.TransportAddr;
import dev.dialkey.bindings.NativeAddress;
import dev.dialkey.holepunch.AddressFamily;
import dev.dialkey.holepunch.Candidate;
import dev.dialkey.holepunch.CandidateSet;
import dev.dialkey.internal.connection.PeerConnection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Dials and turns whatever goes wrong into the exception that says it. Thread-safe. */
public final class Dialer {
  private final EndpointCore core;

  public Dialer(EndpointCore core) {
    this.core = core;
  }

  /** A dial under way. */
  public final class Dial {
    private final EndpointId peer;
    private final CandidateSet candidates;
    private final PeerConnection connection;

    private Dial(EndpointId peer, CandidateSet candidates, PeerConnection connection) {
      this.peer = peer;
      this.candidates = candidates;
      this.connection = connection;
    }

    public EndpointId peer() {
      return peer;
    }

    public PeerConnection connection() {
      return connection;
    }

    /** Waits until the handshake is over; cancels the dial when interrupted or out of time. */
    public void await(long deadlineNanos) throws IOException {
      boolean connected = false;
      try {
        connection.lifecycle().awaitHandshake(deadlineNanos);
        connected = true;
      } catch (ConnectionClosedException e) {
        throw explain(peer, e, candidates);
      } catch (DialkeyTimeoutException e) {
        throw new DialTimeoutException(peer, attempts(candidates));
      } finally {
        if (!connected) {
          connection.close(0, new byte[0]);
        }
      }
    }
  }

  /** Starts a dial; does not wait. */
  public Dial start(EndpointAddr peer, Alpn alpn, ConnectOptions options) throws IOException {
    CandidateSet candidates = candidates(peer);
    List<NativeAddress> addresses =
        candidates.candidates().stream()
            .map(candidate -> NativeAddress.of(candidate.address()))
            .filter(core::reaches)
            .toList();
    if (addresses.isEmpty()) {
      throw new NoAddressException(peer.id(), attempts(candidates));
    }
    List<Alpn> offered = new ArrayList<>(List.of(alpn));
    offered.addAll(options.additionalAlpns());
    PeerConnection connection = core.dial(peer.id(), offered, addresses, options.transport());
    return new Dial(peer.id(), candidates, connection);
  }

  private CandidateSet candidates(EndpointAddr peer) throws IOException {
    EndpointId id = peer.id();
    if (id.equals(core.id())) {
      throw new SelfDialException(id);
    }
    if (id.isWeak()) {
      throw new WeakPeerIdException(id);
    }
    Set<AddressFamily> families = EnumSet.noneOf(AddressFamily.class);
    for (var bound : core.boundSockets()) {
      boolean ipv4 = bound.getAddress() instanceof java.net.Inet4Address;
      families.add(ipv4 ? AddressFamily.IPV4 : AddressFamily.IPV6);
    }
    return CandidateSet.forDial(peer, core.boundSockets(), families);
  }

  private IOException explain(EndpointId id, ConnectionClosedException e, CandidateSet candidates) {
    if (e.reason() instanceof CloseReason.LocallyClosed && core.isClosed()) {
      return new EndpointClosedException();
    }
    if (e.reason() instanceof CloseReason.IdleTimeout) {
      return new DialTimeoutException(id, attempts(candidates));
    }
    return e;
  }

  private List<DialAttempt> attempts(CandidateSet candidates) {
    List<DialAttempt> attempts = new ArrayList<>();
    for (Candidate candidate : candidates.candidates()) {
      boolean tried = core.reaches(NativeAddress.of(candidate.address()));
      String outcome = tried ? "did not answer" : "not tried: no socket for it";
      attempts.add(new DialAttempt(new TransportAddr.Ip(candidate.address()), outcome));
    }
    for (CandidateSet.Excluded excluded : candidates.excluded()) {
      attempts.add(new DialAttempt(excluded.addr(), "not tried: " + excluded.reason()));
    }
    return attempts;
  }
}
