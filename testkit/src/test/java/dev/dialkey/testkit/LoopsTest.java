package dev.dialkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dialkey.Connection;
import dev.dialkey.ConnectionClosedException;
import dev.dialkey.DialkeyTimeoutException;
import dev.dialkey.Endpoint;
import dev.dialkey.EndpointBindException;
import dev.dialkey.StreamException;
import dev.dialkey.TransportOptions;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Endpoints whose bound address is shared by several event loops. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
class LoopsTest {
  private static final int MESSAGE = 30_000;

  /**
   * Who closes in the middle of a burst may overrun the peer's socket, and with it his own word.
   */
  private static final TransportOptions QUICK =
      TransportOptions.builder().maxIdleTimeout(Duration.ofSeconds(2)).build();

  private final List<Endpoint> others = new ArrayList<>();
  private final List<Connection> clients = new ArrayList<>();
  private final List<Connection> servers = new ArrayList<>();

  @Test
  @SuppressWarnings("try") // Closing early is what is tested.
  void connectionsOverOnePortSpreadOverAllLoopsOfTheAcceptor() throws Exception {
    for (int loops = 2; loops <= 4; loops++) {
      try (Endpoint acceptor = Loopback.builder().loops(loops).alpns(Peers.ALPN).bind()) {
        assertThat(acceptor.boundSockets()).hasSize(1);
        // The system spreads by the addresses of both sides, so each peer has a port of its own.
        for (int i = 0; i < 24; i++) {
          others.add(Peers.dialler());
          connect(others.getLast(), acceptor);
        }
        assertThat(loopThreads(acceptor)).hasSize(loops);
        exchangeUntilAllWorked(acceptor);
        acceptor.close();
        assertThat(loopThreads(acceptor)).isEmpty();
      } finally {
        closeAll();
      }
    }
  }

  @Test
  @SuppressWarnings("try") // Closing early is what is tested.
  void connectionsOverOnePortSpreadOverAllLoopsOfTheDialler() throws Exception {
    for (int loops = 2; loops <= 4; loops++) {
      try (Endpoint dialler = Loopback.builder().loops(loops).bind()) {
        for (int i = 0; i < 24; i++) {
          others.add(Peers.acceptor());
          connect(dialler, others.getLast());
        }
        exchangeUntilAllWorked(dialler);
        dialler.close();
        assertThat(loopThreads(dialler)).isEmpty();
      } finally {
        closeAll();
      }
    }
  }

  @Test
  @SuppressWarnings("try") // Closing early is what is tested.
  void manyBusyConnectionsBetweenSeveralLoopsOnBothSides() throws Exception {
    try (Endpoint acceptor = Loopback.builder().loops(3).alpns(Peers.ALPN).bind();
        Endpoint first = Loopback.builder().loops(4).bind();
        Endpoint second = Loopback.builder().loops(2).bind()) {
      for (int i = 0; i < 30; i++) {
        connect(i % 2 == 0 ? first : second, acceptor);
      }
      exchange();
      assertThat(acceptor.metrics().connections().opened()).isEqualTo(30);
      assertThat(acceptor.metrics().loops().foreignSourceDropped()).isZero();
      // Half of them go on when the other half's endpoint is closed.
      second.close();
      for (int i = 0; i < clients.size(); i++) {
        if (i % 2 == 0) {
          Peers.exchange(clients.get(i), servers.get(i));
        } else {
          Connection server = servers.get(i);
          Peers.reasonOf(server);
          assertThatThrownBy(server::openUni).isInstanceOf(ConnectionClosedException.class);
        }
      }
    } finally {
      closeAll();
    }
  }

  @Test
  @SuppressWarnings("try") // Closing early is what is tested.
  void closingBusyLoopsFreesEverything() throws Exception {
    for (int round = 0; round < Size.of(3, 100); round++) {
      try (Endpoint acceptor =
              Loopback.builder().loops(2 + round % 3).transport(QUICK).alpns(Peers.ALPN).bind();
          Endpoint dialler = Loopback.builder().transport(QUICK).loops(4 - round % 3).bind()) {
        List<Tasks.Task<Boolean>> busy = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
          connect(dialler, acceptor);
          Connection client = clients.getLast();
          Connection server = servers.getLast();
          busy.add(Tasks.run(() -> untilClosed(() -> sendForEver(client))));
          busy.add(Tasks.run(() -> untilClosed(() -> receiveForEver(server))));
        }
        (round % 2 == 0 ? acceptor : dialler).close();
        for (var task : busy) {
          task.get();
        }
      } finally {
        closeAll();
      }
    }
  }

  private static void untilClosed(Tasks.Action part) throws Exception {
    try {
      part.run();
    } catch (ConnectionClosedException e) {
      assertThat(e.reason()).isNotNull();
    } catch (StreamException e) {
      assertThat(e).isNotNull(); // The other side ended the stream on its way out.
    }
  }

  private static void sendForEver(Connection connection) throws Exception {
    while (true) {
      try (var stream = connection.openUni()) {
        stream.write(new byte[100_000]);
        stream.finish();
      }
    }
  }

  private static void receiveForEver(Connection connection) throws Exception {
    while (true) {
      try (var stream = connection.acceptUni()) {
        stream.readAll(100_000);
      }
    }
  }

  @Test
  void loopsShareAFixedPortThatIsFreeAfterwards() throws Exception {
    InetSocketAddress port;
    try (Endpoint first = Loopback.builder().loops(2).bind()) {
      port = first.boundSockets().getFirst();
      assertThatThrownBy(() -> Loopback.builder().bindAddr(port).bind())
          .isInstanceOf(EndpointBindException.class);
    }
    try (Endpoint second = Loopback.builder().loops(4).bindAddr(port).bind()) {
      assertThat(second.boundSockets()).containsExactly(port);
    }
  }

  private void connect(Endpoint dialler, Endpoint acceptor) throws Exception {
    var accepting = Peers.accept(acceptor);
    clients.add(dialler.connect(acceptor.addr(), Peers.ALPN, Loopback.PATIENCE));
    servers.add(accepting.get());
  }

  private void closeAll() {
    clients.forEach(Connection::close);
    servers.forEach(Connection::close);
    others.forEach(Endpoint::close);
    clients.clear();
    servers.clear();
    others.clear();
  }

  /** A message over every connection at once, there and back. */
  private void exchange() throws Exception {
    List<Tasks.Task<Boolean>> tasks = new ArrayList<>();
    for (int i = 0; i < clients.size(); i++) {
      Connection client = clients.get(i);
      Connection server = servers.get(i);
      int salt = i;
      tasks.add(Tasks.run(() -> request(client, salt)));
      tasks.add(Tasks.run(() -> answer(server)));
    }
    for (var task : tasks) {
      task.get();
    }
  }

  private static void request(Connection connection, int salt) throws Exception {
    byte[] message = Pattern.bytes(MESSAGE, salt);
    try (var stream = connection.openBi()) {
      stream.send().write(message);
      stream.send().finish();
      assertThat(stream.recv().readAll(MESSAGE)).isEqualTo(message);
    }
  }

  private static void answer(Connection connection) throws Exception {
    try (var stream = connection.acceptBi()) {
      stream.send().write(stream.recv().readAll(MESSAGE));
      stream.send().finish();
    }
  }

  /** Exchanges messages until each loop has done some of the work: 1 ms of computing at least. */
  private void exchangeUntilAllWorked(Endpoint endpoint) throws Exception {
    Map<Long, Long> before = cpuNanos(endpoint);
    long start = System.nanoTime();
    while (!allWorked(before, cpuNanos(endpoint))) {
      assertThat(System.nanoTime() - start).isLessThan(Loopback.PATIENCE.toNanos());
      exchange();
    }
  }

  private static boolean allWorked(Map<Long, Long> before, Map<Long, Long> now) {
    return now.entrySet().stream()
        .allMatch(loop -> loop.getValue() - before.getOrDefault(loop.getKey(), 0L) > 1_000_000);
  }

  private static Map<Long, Long> cpuNanos(Endpoint endpoint) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    Map<Long, Long> cpu = new LinkedHashMap<>();
    loopThreads(endpoint).forEach(id -> cpu.put(id, threads.getThreadCpuTime(id)));
    return cpu;
  }

  private static List<Long> loopThreads(Endpoint endpoint) {
    String prefix = "dialkey-loop-" + endpoint.id().shortString() + "-";
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith(prefix))
        .map(Thread::threadId)
        .toList();
  }

  @Test
  void optionsOfTheEndpointHoldOnEveryLoop() throws Exception {
    var options = TransportOptions.builder().maxUniStreams(1).build();
    try (Endpoint acceptor =
        Loopback.builder().loops(3).transport(options).alpns(Peers.ALPN).bind()) {
      for (int i = 0; i < 12; i++) {
        others.add(Peers.dialler());
        connect(others.getLast(), acceptor);
        Connection client = clients.getLast();
        client.openUni(Loopback.PATIENCE);
        assertThatThrownBy(() -> client.openUni(Duration.ZERO))
            .isInstanceOf(DialkeyTimeoutException.class);
      }
    } finally {
      closeAll();
    }
  }
}
