package dev.dialkey.internal.reflexive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.addressing.RelayUrl;
import dev.dialkey.holepunch.AddressFamily;
import dev.dialkey.internal.machine.SystemMachine;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ReflexiveServiceTest {
  private static final InetSocketAddress SEEN =
      new InetSocketAddress(InetAddress.ofLiteral("203.0.113.7"), 40_000);

  /** A connection that does nothing by itself. */
  private static final class Fake implements ServerConnection {
    final Listener listener;
    final InetSocketAddress address;
    final CountDownLatch closed = new CountDownLatch(1);

    Fake(Listener listener, InetSocketAddress address) {
      this.listener = listener;
      this.address = address;
    }

    @Override
    public void ping() {}

    @Override
    public void close() {
      closed.countDown();
    }
  }

  private final LinkedBlockingQueue<Fake> dialled = new LinkedBlockingQueue<>();
  private final LinkedBlockingQueue<Boolean> changes = new LinkedBlockingQueue<>();

  private ReflexiveService service(ServerConnection.Dialer dialer) {
    return new ReflexiveService(
        List.of(new DiscoveryServer(RelayUrl.of("https://127.0.0.1"), 7842)),
        EnumSet.of(AddressFamily.IPV4),
        dialer,
        new ReflexiveService.Surroundings(
            new SystemMachine(), new Random(1), () -> changes.add(true)));
  }

  private Fake dial(InetSocketAddress address, ServerConnection.Listener listener) {
    var made = new Fake(listener, address);
    dialled.add(made);
    return made;
  }

  @Test
  void publishesWhatServersSeeAndClosesTheirConnections() throws Exception {
    Fake made;
    try (var service = service((server, address, listener) -> dial(address, listener))) {
      service.start();
      made = dialled.take();
      assertThat(made.address.getPort()).isEqualTo(7842);
      made.listener.observed(SEEN, 1);
      changes.take();
      assertThat(service.addresses().values()).extracting(Reflexive::address).containsOnly(SEEN);
    }
    assertThat(made.closed.await(0, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void asksAgainWhenTheNetworkChanges() throws Exception {
    try (var service = service((server, address, listener) -> dial(address, listener))) {
      service.start();
      Fake first = dialled.take();
      service.networkChanged();
      dialled.take();
      first.closed.await();
    }
  }

  @Test
  void aConnectionMadeTooLateIsClosedAtOnce() throws Exception {
    var begun = new CountDownLatch(1);
    var ended = new CountDownLatch(1);
    try (var service =
        service((server, address, listener) -> {
          begun.countDown();
          await(ended);
          return dial(address, listener);
        })) {
      service.start();
      begun.await();
    }
    ended.countDown();
    dialled.take().closed.await();
  }

  @Test
  void failuresReachNobodyButTheLog() throws Exception {
    var tried = new CountDownLatch(1);
    try (var service =
        service((server, address, listener) -> {
          tried.countDown();
          throw new IOException("no way");
        })) {
      service.start();
      tried.await();
      assertThat(service.addresses()).isEmpty();
    }
    assertThat(changes).isEmpty();
  }

  @Test
  void aServiceThatWasNeverStartedCloses() {
    service((server, address, listener) -> dial(address, listener)).close();
    assertThat(dialled).isEmpty();
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }
}
