package dev.dialkey.internal.connection;

import dev.dialkey.bindings.EventBatch;
import dev.dialkey.bindings.NativeConnection;
import dev.dialkey.bindings.NativeEvent;

/** Hands the engine's events to the parts of a connection. Stateless. */
final class EventHandler {

  private EventHandler() {}

  /** Fetches and handles events until there are none. Under the connection's lock. */
  static void handleAll(NativeConnection engine, EventBatch events, PeerConnection connection) {
    int count;
    do {
      count = events.fetchFrom(engine);
      for (int i = 0; i < count; i++) {
        handle(events, i, connection);
      }
      connection.streams().serveWritable();
    } while (events.mayHaveMore(count));
  }

  private static void handle(EventBatch events, int i, PeerConnection connection) {
    switch (events.kind(i)) {
      case NativeEvent.STATE -> connection.onState((int) events.a(i));
      case NativeEvent.STREAM_READABLE -> connection.streams().onReadable(events.a(i));
      case NativeEvent.STREAM_WRITABLE -> connection.streams().onWritable(events.a(i));
      case NativeEvent.STREAM_ACKED -> connection.streams().onAcked(events.a(i));
      case NativeEvent.STREAM_STOPPED -> connection.streams().onStopped(events.a(i), events.b(i));
      case NativeEvent.DATAGRAM_READABLE -> connection.datagrams().onReadable();
      case NativeEvent.DATAGRAM_WRITABLE -> connection.datagrams().onWritable();
      case NativeEvent.STREAM_CREDIT -> connection.streams().onCredit();
      case NativeEvent.CID_ISSUED -> connection.ids().add(events.connectionId(i));
      case NativeEvent.CID_RETIRED -> connection.ids().remove(events.connectionId(i));
      case NativeEvent.PEER_ANSWERED -> connection.route().answered();
      case NativeEvent.PEER_PINNED -> connection.route().pinned(connection);
      case NativeEvent.PATH_MIGRATED -> {
        connection.route().use(events.peer(i), events.local(i));
        connection.view().pathsChanged();
      }
      default -> handlePath(events, i, connection);
    }
  }

  private static void handlePath(EventBatch events, int i, PeerConnection connection) {
    PathManager paths = connection.view().pathManager();
    switch (events.kind(i)) {
      case NativeEvent.MULTIPATH -> paths.onMultipath();
      case NativeEvent.PATH_READY -> paths.onReady(events.path(i));
      case NativeEvent.PATH_ABANDONED, NativeEvent.PATH_FAILED, NativeEvent.PATH_CLOSED ->
          paths.onEnded(events.path(i));
      case NativeEvent.PATH_DEAD -> paths.onDead(events.path(i));
      case NativeEvent.PATH_ALLOWED -> paths.onAllowed();
      case NativeEvent.PATH_ACTIVE -> paths.onActive(events.path(i));
      case NativeEvent.PATH_REBOUND -> paths.onRebound(events.path(i));
      case NativeEvent.PATH_SUSPECTED -> paths.onSuspected(events.path(i));
      case NativeEvent.PATH_VALIDATED, NativeEvent.PATH_STATUS -> connection.view().pathsChanged();
      case NativeEvent.FRAME -> paths.natTraversal().onFrame(events.a(i), events.payload(i));
      case NativeEvent.PROBE_REPLY -> paths.onProbeReply(events.peer(i), events.local(i));
      default -> {
        // Kinds that a later version adds, and those that tell nothing a connection acts on.
      }
    }
  }
}
