package dev.dialkey.internal.event;

import dev.dialkey.CloseReason;
import dev.dialkey.ConnectionInfo;
import dev.dialkey.ConnectionStats;
import dev.dialkey.EndpointListener;
import dev.dialkey.HandshakeInfo;
import dev.dialkey.addressing.Alpn;
import dev.dialkey.addressing.EndpointId;
import java.lang.System.Logger.Level;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One connection as observers see it, from the beginning of the handshake to the end. Guarded by
 * the connection's lock; runs no user code.
 */
public final class ConnectionStory {
  private final Observers observers;
  private final HandshakeInfo handshake;
  private final HandshakeEvent handshakeEvent = new HandshakeEvent();
  private final ConnectionEvent connectionEvent = new ConnectionEvent();
  private @Nullable ConnectionInfo connection;

  ConnectionStory(Observers observers, HandshakeInfo handshake) {
    this.observers = observers;
    this.handshake = handshake;
    handshakeEvent.begin();
    tell("handshake-started", "", listener -> listener.handshakeStarted(handshake));
  }

  /** The peer is known. */
  public void established(EndpointId remoteId, Alpn alpn) {
    var opened = new ConnectionInfo(handshake.connectionId(), handshake.side(), remoteId, alpn);
    connection = opened;
    endHandshake("established");
    connectionEvent.begin();
    observers.counters().opened.increment();
    tell("handshake-succeeded", "", listener -> listener.handshakeSucceeded(handshake));
    tell(
        "opened",
        " peer=" + remoteId.shortString() + " alpn=" + alpn,
        listener -> listener.connectionOpened(opened));
  }

  /** It is over. */
  public void closed(CloseReason reason, ConnectionStats stats) {
    ConnectionInfo opened = connection;
    if (opened == null) {
      observers.counters().handshakesFailed.increment();
      endHandshake(reason.describe());
      tell(
          "handshake-failed",
          " reason=" + reason.describe(),
          listener -> listener.handshakeFailed(handshake, reason));
      return;
    }
    observers.counters().closed.increment();
    record(opened, reason, stats);
    tell(
        "closed",
        " peer=" + opened.remoteId().shortString() + " reason=" + reason.describe(),
        listener -> listener.connectionClosed(opened, reason, stats));
  }

  private void endHandshake(String outcome) {
    if (handshakeEvent.shouldCommit()) {
      handshakeEvent.endpoint = observers.endpointName();
      handshakeEvent.connectionId = handshake.connectionId();
      handshakeEvent.side = handshake.side().name();
      handshakeEvent.outcome = outcome;
      handshakeEvent.commit();
    }
  }

  private void record(ConnectionInfo opened, CloseReason reason, ConnectionStats stats) {
    if (connectionEvent.shouldCommit()) {
      connectionEvent.endpoint = observers.endpointName();
      connectionEvent.connectionId = opened.connectionId();
      connectionEvent.side = opened.side().name();
      connectionEvent.remoteId = opened.remoteId().toString();
      connectionEvent.alpn = opened.alpn().toString();
      connectionEvent.reason = reason.describe();
      connectionEvent.bytesSent = stats.bytesSent();
      connectionEvent.bytesReceived = stats.bytesReceived();
      connectionEvent.packetsLost = stats.packetsLost();
      connectionEvent.commit();
    }
  }

  private void tell(String what, String details, Consumer<EndpointListener> call) {
    if (observers.isSilent()) {
      return;
    }
    long id = handshake.connectionId();
    observers.tell(
        call,
        logger ->
            logger.log(
                Level.DEBUG,
                () ->
                    "event="
                        + what
                        + " endpoint="
                        + observers.endpointName()
                        + " conn="
                        + id
                        + " side="
                        + handshake.side()
                        + details));
  }
}
