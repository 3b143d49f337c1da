package dev.dialkey.internal.endpoint;

import dev.dialkey.bindings.NativeAddress;
import dev.dialkey.internal.connection.EarlyDatagram;
import dev.dialkey.internal.connection.PeerConnection;
import dev.dialkey.internal.loop.EndpointLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A first flight that nobody has decided about yet. Thread-safe. */
public final class PendingIncoming {
  /**
   * Enough for a hello in several datagrams and a few repetitions; a hello is rarely more than one.
   */
  private static final int MAX_DATAGRAMS = 8;

  private enum Decision {
    NONE,
    ACCEPTED,
    DROPPED
  }

  private final InitialId id;
  private final EndpointLoop loop;
  private final NativeAddress from;
  private final NativeAddress to;
  private final long arrivedNanos;
  private final boolean validated;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<EarlyDatagram> datagrams = new ArrayList<>(1);
  private Decision decision = Decision.NONE;
  private @Nullable PeerConnection connection;

  PendingIncoming(
      InitialId id, EndpointLoop loop, EarlyDatagram first, boolean validated, long arrivedNanos) {
    this.id = id;
    this.loop = loop;
    this.from = first.from();
    this.to = first.to();
    this.arrivedNanos = arrivedNanos;
    this.validated = validated;
    datagrams.add(first);
  }

  InitialId id() {
    return id;
  }

  EndpointLoop loop() {
    return loop;
  }

  public NativeAddress from() {
    return from;
  }

  public NativeAddress to() {
    return to;
  }

  long arrivedNanos() {
    return arrivedNanos;
  }

  /** Whether the client has proved that it receives at its address. */
  public boolean isValidated() {
    return validated;
  }

  /** What has arrived; nothing once it was decided about. */
  List<byte[]> flight() {
    lock.lock();
    try {
      return decision == Decision.NONE
          ? datagrams.stream().map(EarlyDatagram::bytes).toList()
          : List.of();
    } finally {
      lock.unlock();
    }
  }

  byte[] firstDatagram() {
    lock.lock();
    try {
      return datagrams.getFirst().bytes();
    } finally {
      lock.unlock();
    }
  }

  /** Keeps a further datagram; copies of the flight that came another way are not kept. */
  boolean add(EarlyDatagram datagram) {
    lock.lock();
    try {
      boolean keep =
          decision == Decision.NONE
              && datagrams.size() < MAX_DATAGRAMS
              && datagram.from().equals(from);
      if (keep) {
        datagrams.add(datagram);
      }
      return keep;
    } finally {
      lock.unlock();
    }
  }

  /** The connection, once it was accepted. */
  @Nullable PeerConnection connection() {
    lock.lock();
    try {
      return connection;
    } finally {
      lock.unlock();
    }
  }

  /** Makes the connection out of what has arrived; throws when it was decided about before. */
  PeerConnection accept(Acceptor acceptor) throws java.io.IOException {
    lock.lock();
    try {
      claim(Decision.ACCEPTED);
      PeerConnection made = acceptor.accept(List.copyOf(datagrams));
      datagrams.clear();
      connection = made;
      return made;
    } finally {
      lock.unlock();
    }
  }

  /** Decides against it; false when it was decided about before. */
  boolean drop() {
    lock.lock();
    try {
      if (decision != Decision.NONE) {
        return false;
      }
      decision = Decision.DROPPED;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** It is remembered for its id alone from now on. */
  void settle() {
    lock.lock();
    try {
      datagrams.clear();
      connection = null;
    } finally {
      lock.unlock();
    }
  }

  private void claim(Decision wanted) {
    if (decision != Decision.NONE) {
      throw new IllegalStateException("this incoming connection was decided about before");
    }
    decision = wanted;
  }

  /** Makes a connection of buffered datagrams. */
  interface Acceptor {
    PeerConnection accept(List<EarlyDatagram> datagrams) throws java.io.IOException;
  }
}
