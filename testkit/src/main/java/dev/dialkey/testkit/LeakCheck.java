package dev.dialkey.testkit;

import dev.dialkey.bindings.LiveObjects;
import dev.dialkey.bindings.NativeLibrary;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A JUnit extension that fails a test which leaves something behind: native objects, loop threads,
 * file descriptors, or a stray WARNING or ERROR of the library.
 *
 * <pre>{@code @ExtendWith(LeakCheck.class)}</pre>
 *
 * <p>What ends on another thread is given a few seconds. Tests that use it must not run in parallel
 * in one JVM, for the counters are those of the process.
 */
public final class LeakCheck implements BeforeEachCallback, AfterEachCallback {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(LeakCheck.class);

  private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final LiveObjects NONE = new LiveObjects(0, 0, 0);
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  private record Before(long sockets, LogWatch log) {}

  /** Creates it; called by JUnit. */
  public LeakCheck() {}

  @Override
  public void beforeEach(ExtensionContext context) throws IOException {
    NativeLibrary.load();
    warmUp();
    context.getStore(NAMESPACE).put(Before.class, new Before(openSockets(), LogWatch.start()));
  }

  @Override
  public void afterEach(ExtensionContext context) throws IOException {
    Before before = context.getStore(NAMESPACE).remove(Before.class, Before.class);
    List<String> strays = before == null ? List.of() : before.log.stop();
    NativeLibrary library = NativeLibrary.load();
    if (!comesTrue(() -> library.liveObjects().equals(NONE))) {
      throw new AssertionError("native objects are left: " + library.liveObjects());
    }
    if (!comesTrue(() -> loopThreads().isEmpty())) {
      throw new AssertionError("threads are left: " + loopThreads());
    }
    if (before != null && !comesTrue(() -> openSockets() <= before.sockets)) {
      throw new AssertionError(openSockets() - before.sockets + " sockets are left");
    }
    if (!strays.isEmpty()) {
      throw new AssertionError("the library logged: " + strays);
    }
  }

  /** The JDK opens descriptors of its own with its first socket, and keeps them. */
  private static void warmUp() throws IOException {
    try (var channel = DatagramChannel.open()) {
      channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }
    new DatagramSocket(0, InetAddress.getLoopbackAddress()).close();
  }

  /** Polls, for what ends elsewhere gives no sign that could be awaited. */
  private static boolean comesTrue(BooleanSupplier condition) {
    long deadline = System.nanoTime() + GRACE_NANOS;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        return false;
      }
      LockSupport.parkNanos(5_000_000);
    }
    return true;
  }

  private static List<String> loopThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(Thread::isAlive)
        .map(Thread::getName)
        .filter(name -> name.startsWith("dialkey-loop-"))
        .toList();
  }

  /** Sockets and event files; the JVM opens and closes plain files as it likes. */
  private static long openSockets() {
    if (!Files.isDirectory(DESCRIPTORS)) {
      return 0;
    }
    try (Stream<Path> open = Files.list(DESCRIPTORS)) {
      return open.filter(LeakCheck::isSocketOrEvent).count();
    } catch (IOException e) {
      throw new AssertionError("cannot list " + DESCRIPTORS, e);
    }
  }

  private static boolean isSocketOrEvent(Path descriptor) {
    try {
      String target = Files.readSymbolicLink(descriptor).toString();
      return target.startsWith("socket:") || target.contains("[event");
    } catch (IOException e) {
      return false; // Closed while we looked.
    }
  }
}
