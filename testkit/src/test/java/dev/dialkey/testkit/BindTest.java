package dev.dialkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dialkey.BindOptions;
import dev.dialkey.Connection;
import dev.dialkey.DialException;
import dev.dialkey.Endpoint;
import dev.dialkey.EndpointBindException;
import dev.dialkey.EndpointBuilder;
import dev.dialkey.Incoming;
import dev.dialkey.IncomingAddr;
import dev.dialkey.PathInfo;
import dev.dialkey.Presets;
import dev.dialkey.addressing.EndpointAddr;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Endpoints with several sockets, and which of them is used. All of 127/8 is this host. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class BindTest {

  @Test
  void destinationIsReachedThroughTheSocketOfTheLongestPrefix() throws Exception {
    try (Endpoint dialler =
        sockets()
            .bindAddr(Peers.address("127.0.0.1"))
            .bindAddr(Peers.address("127.7.0.1"), BindOptions.forPrefix(16))
            .bindAddr(Peers.address("127.7.7.1"), BindOptions.forPrefix(24))
            .bindAddr(Peers.address("127.7.7.97"), BindOptions.forPrefix(27))
            .bind()) {
      assertThat(dialler.boundSockets()).hasSize(4);
      assertThat(sourceToward(dialler, "127.0.0.1")).isEqualTo("127.0.0.1");
      assertThat(sourceToward(dialler, "127.8.0.1")).isEqualTo("127.0.0.1");
      assertThat(sourceToward(dialler, "127.7.8.9")).isEqualTo("127.7.0.1");
      assertThat(sourceToward(dialler, "127.7.7.2")).isEqualTo("127.7.7.1");
      assertThat(sourceToward(dialler, "127.7.7.128")).isEqualTo("127.7.7.1");
      assertThat(sourceToward(dialler, "127.7.7.127")).isEqualTo("127.7.7.97");
      assertThat(sourceToward(dialler, "127.7.7.96")).isEqualTo("127.7.7.97");
    }
  }

  @Test
  void orderOfTheSocketsDoesNotDecide() throws Exception {
    try (Endpoint dialler =
        sockets()
            .bindAddr(Peers.address("127.7.7.1"), BindOptions.forPrefix(24))
            .bindAddr(Peers.address("127.7.0.1"), BindOptions.forPrefix(16))
            .bindAddr(Peers.address("127.0.0.1"))
            .bind()) {
      assertThat(sourceToward(dialler, "127.7.7.2")).isEqualTo("127.7.7.1");
      assertThat(sourceToward(dialler, "127.7.8.9")).isEqualTo("127.7.0.1");
      assertThat(sourceToward(dialler, "127.9.9.9")).isEqualTo("127.0.0.1");
    }
  }

  /** Dials somebody at the address; returns where the packets come from. */
  private static String sourceToward(Endpoint dialler, String ip) throws Exception {
    try (Endpoint acceptor = sockets().bindAddr(Peers.address(ip)).alpns(Peers.ALPN).bind();
        var dial = Peers.dial(dialler, acceptor)) {
      Incoming incoming = Peers.next(acceptor);
      assertThat(incoming.localAddr()).isEqualTo(acceptor.boundSockets().getFirst());
      try (Connection server = incoming.accept().await(Loopback.PATIENCE);
          Connection client = dial.await(Loopback.PATIENCE)) {
        Peers.exchange(client, server);
        IncomingAddr.Ip from = (IncomingAddr.Ip) incoming.remoteAddr();
        assertThat(dialler.boundSockets()).contains(from.address());
        assertThat(server.paths()).extracting(PathInfo::remote).containsExactly(from.address());
        return from.address().getAddress().getHostAddress();
      }
    }
  }

  @Test
  void destinationThatMatchesNoSocketIsADialThatFails() throws Exception {
    try (Endpoint dialler =
            sockets().bindAddr(Peers.address("127.7.0.1"), BindOptions.forPrefix(16)).bind();
        Endpoint near = sockets().bindAddr(Peers.address("127.7.1.1")).alpns(Peers.ALPN).bind();
        Endpoint far = sockets().bindAddr(Peers.address("127.8.1.1")).alpns(Peers.ALPN).bind()) {
      assertThatThrownBy(() -> dialler.connect(far.addr(), Peers.ALPN, Loopback.PATIENCE))
          .isInstanceOf(DialException.class);
      // An address that cannot be reached does no harm beside one that can, whichever comes first.
      for (boolean farFirst : new boolean[] {true, false}) {
        var accepting = Peers.accept(near);
        InetSocketAddress unreachable = farFirst ? low(far) : far.boundSockets().getFirst();
        var addr = near.addr().withIp(unreachable);
        try (Connection client = dialler.connect(addr, Peers.ALPN, Loopback.PATIENCE)) {
          Peers.exchange(client, accepting.get());
        }
      }
    }
  }

  /** An address of the same kind that sorts before all others. */
  private static InetSocketAddress low(Endpoint endpoint) throws Exception {
    int port = endpoint.boundSockets().getFirst().getPort();
    return new InetSocketAddress(Peers.address("127.0.0.2").getAddress(), port);
  }

  @Test
  void everySocketAcceptsAndAnswersFromItsOwnAddress() throws Exception {
    try (Endpoint acceptor =
            sockets()
                .bindAddr(Peers.address("127.0.0.1"))
                .bindAddr(Peers.address("127.7.0.1"), BindOptions.forPrefix(16))
                .bindAddr(Peers.address("::1"))
                .alpns(Peers.ALPN)
                .bind();
        Endpoint dialler =
            sockets().bindAddr(Peers.address("127.0.0.1")).bindAddr(Peers.address("::1")).bind()) {
      assertThat(acceptor.addr().ipAddrs()).containsAll(acceptor.boundSockets());
      for (InetSocketAddress bound : acceptor.boundSockets()) {
        var addr = EndpointAddr.of(acceptor.id()).withIp(bound);
        var accepting = Peers.accept(acceptor);
        try (Connection client = dialler.connect(addr, Peers.ALPN);
            Connection server = accepting.get()) {
          Peers.exchange(client, server);
          assertThat(client.paths()).extracting(PathInfo::remote).containsExactly(bound);
          assertThat(server.paths()).extracting(PathInfo::local).containsExactly(bound);
        }
      }
    }
  }

  @Test
  void laterDefaultRouteTakesThePlaceOfTheEarlierOneOfItsFamily() throws Exception {
    try (Endpoint endpoint =
        sockets()
            .bindAddr(Peers.address("127.0.0.1"))
            .bindAddr(Peers.address("::1"))
            .bindAddr(Peers.address("127.0.0.2"))
            .bind()) {
      assertThat(endpoint.boundSockets())
          .extracting(bound -> bound.getAddress())
          .containsExactlyInAnyOrder(
              Peers.address("::1").getAddress(), Peers.address("127.0.0.2").getAddress());
    }
  }

  @Test
  void optionalSocketThatCannotBeBoundIsLeftOut() throws Exception {
    try (Endpoint holder = Peers.acceptor()) {
      InetSocketAddress taken = holder.boundSockets().getFirst();
      try (Endpoint endpoint =
          sockets()
              .bindAddr(taken, BindOptions.forPrefix(32).optional())
              .bindAddr(Peers.address("127.0.0.2"))
              .bind()) {
        assertThat(endpoint.boundSockets()).hasSize(1);
        var accepting = Peers.accept(holder);
        try (Connection client = endpoint.connect(holder.addr(), Peers.ALPN);
            Connection server = accepting.get()) {
          Peers.exchange(client, server);
        }
      }
    }
  }

  @Test
  void requiredSocketThatCannotBeBoundFailsAndLeavesNothing() throws Exception {
    try (Endpoint holder = Peers.acceptor()) {
      InetSocketAddress taken = holder.boundSockets().getFirst();
      var builder =
          sockets()
              .bindAddr(Peers.address("127.0.0.2"))
              .bindAddr(Peers.address("::1"))
              .bindAddr(taken, BindOptions.forPrefix(32));
      for (int loops = 1; loops <= 3; loops++) {
        builder.loops(loops);
        assertThatThrownBy(builder::bind)
            .isInstanceOf(EndpointBindException.class)
            .hasMessageContaining(String.valueOf(taken.getPort()));
      }
    }
  }

  @Test
  void endpointWithoutAnySocketIsRefused() throws Exception {
    assertThatThrownBy(() -> sockets().bind()).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> Loopback.builder().clearIpTransports().bind())
        .isInstanceOf(IllegalStateException.class);
    try (Endpoint holder = Peers.acceptor()) {
      InetSocketAddress taken = holder.boundSockets().getFirst();
      var builder = sockets().bindAddr(taken, BindOptions.defaults().optional());
      assertThatThrownBy(builder::bind).isInstanceOf(EndpointBindException.class);
    }
  }

  @Test
  void optionsAreChecked() {
    assertThatThrownBy(() -> BindOptions.forPrefix(-1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> BindOptions.forPrefix(129))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(BindOptions.forPrefix(24)).isEqualTo(new BindOptions(24, true, false));
    assertThat(BindOptions.forPrefix(0)).isEqualTo(BindOptions.defaults());
    assertThat(BindOptions.defaults().optional()).isEqualTo(new BindOptions(0, false, true));
    var unresolved = InetSocketAddress.createUnresolved("localhost", 0);
    assertThatThrownBy(() -> sockets().bindAddr(unresolved))
        .isInstanceOf(IllegalArgumentException.class);
    for (int loops : new int[] {-1, 0, 65}) {
      assertThatThrownBy(() -> sockets().loops(loops)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static EndpointBuilder sockets() {
    return Endpoint.builder(Presets.empty());
  }
}
