package dev.dialkey;

import dev.dialkey.internal.loop.EndpointCounters;
import java.util.List;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * One figure of an endpoint as it is shown to the outside.
 *
 * @param name in the spelling of OpenMetrics
 * @param gauge whether it may fall
 * @param help a line for people
 * @param value takes it out of a snapshot
 */
record Metric(String name, boolean gauge, String help, ToLongFunction<EndpointMetrics> value) {

  static final List<Metric> ALL =
      List.of(
          socket("datagrams_received", "UDP datagrams received", SocketMetrics::datagramsReceived),
          socket("bytes_received", "UDP payload bytes received", SocketMetrics::bytesReceived),
          socket(
              "truncated_dropped", "Overlong datagrams dropped", SocketMetrics::truncatedDropped),
          socket("datagrams_sent", "UDP datagrams sent", SocketMetrics::datagramsSent),
          socket("bytes_sent", "UDP payload bytes sent", SocketMetrics::bytesSent),
          socket("send_errors", "Datagrams the system refused", SocketMetrics::sendErrors),
          socket("full_buffers", "Times a send buffer was full", SocketMetrics::fullBuffers),
          socket("unsent_dropped", "Answers there was no room for", SocketMetrics::unsentDropped),
          loop("datagrams_delivered", "Datagrams of connections", LoopMetrics::datagramsDelivered),
          loop("malformed_dropped", "Datagrams that are no QUIC", LoopMetrics::malformedDropped),
          loop(
              "unknown_connection_dropped",
              "Packets of unknown connections",
              LoopMetrics::unknownConnectionDropped),
          loop(
              "foreign_source_dropped",
              "Datagrams from foreign addresses",
              LoopMetrics::foreignSourceDropped),
          loop("slow_turns", "Turns of a loop longer than 50 ms", LoopMetrics::slowTurns),
          connection("dialled", "Dials begun", ConnectionMetrics::dialled),
          connection("accepted", "Incoming ones accepted", ConnectionMetrics::accepted),
          connection("refused", "Incoming ones refused", ConnectionMetrics::refused),
          connection("ignored", "Incoming ones ignored", ConnectionMetrics::ignored),
          connection("retries_sent", "Proofs of address asked for", ConnectionMetrics::retriesSent),
          connection(
              "invalid_tokens_dropped",
              "Forged or expired proofs of address",
              ConnectionMetrics::invalidTokensDropped),
          connection("handshakes_failed", "Handshakes failed", ConnectionMetrics::handshakesFailed),
          connection("opened", "Connections past their handshake", ConnectionMetrics::opened),
          connection("closed", "Connections over", ConnectionMetrics::closed),
          new Metric(
              "connections_handshaking",
              true,
              "Handshakes under way",
              metrics -> metrics.connections().handshaking()),
          connection(
              "incoming_dropped",
              "First packets beyond a bound",
              ConnectionMetrics::incomingDropped),
          connection(
              "incoming_expired",
              "Incoming ones nobody accepted in time",
              ConnectionMetrics::incomingExpired),
          connection(
              "not_accepting_dropped",
              "First packets while nothing was accepted",
              ConnectionMetrics::notAcceptingDropped),
          connection(
              "stateless_resets_sent",
              "Answers to packets of a former life",
              ConnectionMetrics::statelessResetsSent),
          connection(
              "version_negotiations_sent",
              "Answers to other versions of QUIC",
              ConnectionMetrics::versionNegotiationsSent),
          connection(
              "listener_events_dropped",
              "Events a listener was too slow for",
              ConnectionMetrics::listenerEventsDropped));

  static final Set<String> GAUGES =
      ALL.stream().filter(Metric::gauge).map(Metric::name).collect(Collectors.toUnmodifiableSet());

  /** Reads all counters. */
  static EndpointMetrics snapshot(
      SocketMetrics socket, EndpointCounters counters, int handshaking) {
    return new EndpointMetrics(
        socket,
        new LoopMetrics(
            counters.delivered.sum(),
            counters.malformed.sum(),
            counters.unknownConnection.sum(),
            counters.foreignSource.sum(),
            counters.slowTurns.sum()),
        new ConnectionMetrics(
            counters.dialled.sum(),
            counters.accepted.sum(),
            counters.refused.sum(),
            counters.ignored.sum(),
            counters.retries.sum(),
            counters.invalidTokens.sum(),
            counters.handshakesFailed.sum(),
            counters.opened.sum(),
            counters.closed.sum(),
            handshaking,
            counters.incomingDropped.sum(),
            counters.incomingExpired.sum(),
            counters.notAccepting.sum(),
            counters.resetsSent.sum(),
            counters.versionNegotiations.sum(),
            counters.listenerDropped.sum()));
  }

  private static Metric socket(String name, String help, ToLongFunction<SocketMetrics> value) {
    return new Metric(
        "socket_" + name, false, help, metrics -> value.applyAsLong(metrics.socket()));
  }

  private static Metric loop(String name, String help, ToLongFunction<LoopMetrics> value) {
    return new Metric("loop_" + name, false, help, metrics -> value.applyAsLong(metrics.loops()));
  }

  private static Metric connection(
      String name, String help, ToLongFunction<ConnectionMetrics> value) {
    return new Metric(
        "connections_" + name, false, help, metrics -> value.applyAsLong(metrics.connections()));
  }
}
