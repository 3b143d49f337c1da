package dev.dialkey.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dialkey.CloseReason;
import dev.dialkey.Connection;
import dev.dialkey.ConnectionClosedException;
import dev.dialkey.Decision;
import dev.dialkey.Endpoint;
import dev.dialkey.EndpointBuilder;
import dev.dialkey.EndpointHooks;
import dev.dialkey.Incoming;
import dev.dialkey.Presets;
import dev.dialkey.Router;
import dev.dialkey.Side;
import dev.dialkey.Verdict;
import dev.dialkey.addressing.Alpn;
import dev.dialkey.addressing.EndpointId;
import dev.dialkey.addressing.EndpointTicket;
import dev.dialkey.addressing.SecretKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One endpoint with two protocols: a clock for everybody, and a vault for those on a list. A filter
 * turns strangers away before any cryptography, a hook looks at who it is afterwards.
 *
 * <pre>
 * examples/run AccessList                both ends in this process, over loopback
 * examples/run AccessList serve ID...    prints a ticket and serves until Ctrl-C; the ids may open
 *                                        the vault
 * examples/run AccessList TICKET         dials with the key in the variable IROH_SECRET, or else
 *                                        with a new one, and asks for both
 * </pre>
 *
 * <p>{@code ./dialkey id} makes such a key and prints its id.
 */
public final class AccessList {
  private static final Alpn CLOCK = Alpn.of("dialkey-examples/clock/1");
  private static final Alpn VAULT = Alpn.of("dialkey-examples/vault/1");
  private static final Alpn DOOR = Alpn.of("dialkey-examples/door/1"); // Which nobody serves.

  /** What connections of those who are not on the list are closed with. */
  private static final long NOT_LISTED = 403;

  /** What QUIC says to those whom a filter rejects, RFC 9000 section 20.1. */
  private static final long CONNECTION_REFUSED = 2;

  private static final int MAX_TEXT_BYTES = 1_000;

  private AccessList() {}

  /**
   * The list. By the time it is asked the peer has proved to hold the key of its id, so the id is
   * all that is needed: no password, no certificate, no address.
   */
  private record Members(Set<EndpointId> ids) implements EndpointHooks {
    @Override
    public Decision afterHandshake(Connection connection) {
      // An endpoint that also dials is asked about those connections too.
      boolean vault = connection.side() == Side.SERVER && connection.alpn().equals(VAULT);
      if (vault && !ids.contains(connection.remoteId())) {
        return Decision.reject(NOT_LISTED, "not on the list");
      }
      return Decision.accept();
    }
  }

  /**
   * Runs the example.
   *
   * @param args see above
   * @throws IOException when the peer cannot be reached or goes away
   */
  public static void main(String[] args) throws IOException {
    if (args.length == 0) {
      onLoopback();
    } else if (args[0].equals("serve")) {
      serve(Arrays.stream(args).skip(1).map(EndpointId::parse).collect(Collectors.toSet()));
    } else {
      dial(EndpointTicket.parse(args[0]));
    }
  }

  private static void onLoopback() throws IOException {
    try (var alice = loopback().bind();
        var mallory = loopback().bind();
        var server = loopback().hooks(new Members(Set.of(alice.id()))).bind();
        var router = router(server)) {
      var ticket = EndpointTicket.of(router.endpoint().addr());
      System.out.println("Alice asks the clock: " + ask(alice, ticket, CLOCK));
      System.out.println("Alice opens the vault: " + ask(alice, ticket, VAULT));
      System.out.println("Mallory asks the clock: " + ask(mallory, ticket, CLOCK));
      System.out.println("Mallory opens the vault: " + ask(mallory, ticket, VAULT));
      System.out.println("Mallory tries a door: " + ask(mallory, ticket, DOOR));
    }
  }

  // ---- the server ----

  private static void serve(Set<EndpointId> members) throws IOException {
    try (var endpoint = Endpoint.builder(Presets.minimal()).hooks(new Members(members)).bind();
        var router = router(endpoint)) {
      Runtime.getRuntime().addShutdownHook(new Thread(router::close));
      System.out.println(EndpointTicket.of(endpoint.addr()));
      endpoint.closed().join();
    }
  }

  private static Router router(Endpoint endpoint) {
    return Router.builder(endpoint)
        .accept(CLOCK, connection -> tell(connection, Instant.now().toString()))
        .accept(VAULT, connection -> tell(connection, "a chest full of gold"))
        .incomingFilter(AccessList::admit)
        .start();
  }

  /** The first packet of somebody has come. What it says is cheap to send and may be a lie. */
  private static Verdict admit(Incoming incoming) {
    // Whoever does not receive at the address it sends from cannot come back from a retry. It costs
    // the others a round trip; a server may ask for it under load only.
    if (!incoming.isAddrValidated()) {
      return Verdict.RETRY;
    }
    // A hello in several packets is not all there yet; then the handshake finds out.
    boolean stranger =
        incoming
            .peek()
            .filter(hello -> !hello.alpns().contains(CLOCK) && !hello.alpns().contains(VAULT))
            .isPresent();
    return stranger ? Verdict.REJECT : Verdict.ACCEPT;
  }

  private static void tell(Connection connection, String text) throws IOException {
    try (var stream = connection.openUni()) {
      stream.write(text.getBytes(UTF_8));
      stream.finish();
    }
    connection.closed().join(); // The client closes when it has read it.
  }

  // ---- the client ----

  private static void dial(EndpointTicket ticket) throws IOException {
    EndpointBuilder builder = Endpoint.builder(Presets.minimal());
    // The key is the identity: who wants to be known tomorrow keeps it, as secret as a password.
    Optional.ofNullable(System.getenv("IROH_SECRET"))
        .map(SecretKey::parse)
        .ifPresent(builder::secretKey);
    try (var endpoint = builder.bind()) {
      System.out.println("dialling as " + endpoint.id());
      System.out.println("the clock: " + ask(endpoint, ticket, CLOCK));
      System.out.println("the vault: " + ask(endpoint, ticket, VAULT));
    }
  }

  private static String ask(Endpoint endpoint, EndpointTicket ticket, Alpn protocol)
      throws IOException {
    // A refusal may come while we dial or later: our side of the handshake is over first.
    try (var connection = endpoint.connect(ticket.addr(), protocol);
        var stream = connection.acceptUni()) {
      return new String(stream.readAll(MAX_TEXT_BYTES), UTF_8);
    } catch (ConnectionClosedException e) {
      return switch (e.reason()) {
        case CloseReason.ApplicationClosed(long code, byte[] reason) when code == NOT_LISTED ->
            "refused, " + new String(reason, UTF_8);
        case CloseReason.TransportClosed closed when closed.code() == CONNECTION_REFUSED ->
            "turned away by the filter";
        default -> "no answer, " + e.getMessage();
      };
    }
  }

  private static EndpointBuilder loopback() {
    return Endpoint.builder(Presets.empty())
        .bindAddr(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }
}
