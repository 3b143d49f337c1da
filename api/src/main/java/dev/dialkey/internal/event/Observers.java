package dev.dialkey.internal.event;

import dev.dialkey.EndpointListener;
import dev.dialkey.HandshakeInfo;
import dev.dialkey.internal.loop.EndpointCounters;
import dev.dialkey.internal.machine.Machine;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.function.Consumer;

/**
 * Everyone who observes an endpoint: its listeners, the log {@code dialkey.events.conn}, and JDK
 * Flight Recorder. Thread-safe.
 */
public final class Observers {
  private static final Logger LOG = System.getLogger("dialkey.events.conn");

  private final String endpointName;
  private final EndpointCounters counters;
  private final List<ListenerQueue> listeners;

  /** Writes the log, on the thread that also calls the listener: a log call may do I/O. */
  private final ListenerQueue log;

  public Observers(
      String endpointName,
      List<EndpointListener> listeners,
      EndpointCounters counters,
      Machine machine) {
    this.endpointName = endpointName;
    this.counters = counters;
    this.listeners =
        listeners.stream().map(listener -> new ListenerQueue(listener, counters, machine)).toList();
    this.log = new ListenerQueue(new EndpointListener() {}, counters, machine);
  }

  /** Begins the story of a connection. */
  public ConnectionStory begin(HandshakeInfo handshake) {
    return new ConnectionStory(this, handshake);
  }

  String endpointName() {
    return endpointName;
  }

  EndpointCounters counters() {
    return counters;
  }

  /** Whether nobody listens and the log is off. */
  boolean isSilent() {
    return listeners.isEmpty() && !LOG.isLoggable(Level.DEBUG);
  }

  void tell(Consumer<EndpointListener> call, Consumer<Logger> line) {
    listeners.forEach(listener -> listener.add(call));
    if (LOG.isLoggable(Level.DEBUG)) {
      log.add(ignored -> line.accept(LOG));
    }
  }
}
