package dev.dialkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.Accepting;
import dev.dialkey.BiStream;
import dev.dialkey.ConnectOptions;
import dev.dialkey.Connecting;
import dev.dialkey.Connection;
import dev.dialkey.ConnectionClosedException;
import dev.dialkey.Endpoint;
import dev.dialkey.EndpointClosedException;
import dev.dialkey.Incoming;
import dev.dialkey.Router;
import dev.dialkey.SendStream;
import dev.dialkey.ServerOptions;
import dev.dialkey.StreamFinishedException;
import dev.dialkey.StreamResetException;
import dev.dialkey.StreamStoppedException;
import dev.dialkey.TransportOptions;
import dev.dialkey.addressing.Alpn;
import dev.dialkey.addressing.EndpointAddr;
import dev.dialkey.addressing.EndpointTicket;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Every public method of every object, called when the object is closed or is being closed. The
 * methods are found by reflection, so a new one is tested before anybody thinks of it.
 */
@ExtendWith(LeakCheck.class)
@Timeout(120)
class ClosedObjectsTest {
  private static final Duration AT_ONCE = Duration.ofSeconds(1);
  private static final EndpointAddr SOMEBODY =
      EndpointAddr.of(Peers.someId())
          .withIp(new InetSocketAddress(InetAddress.getLoopbackAddress(), 9));

  /** Methods that declare an exception and yet have an answer, or do nothing, after the end. */
  private static final Set<String> ANSWERING =
      Set.of(
          "Accepting.alpn", // The connection, if it had come about: the same at each call.
          "Accepting.await",
          "Accepting.awaitAsync",
          "Endpoint.accept",
          "Endpoint.acceptAsync",
          "EventQueue.take",
          "EventQueue.poll",
          "Watched.await");

  /** Methods that declare no exception and yet cannot do what they are asked for. */
  private static final Set<String> SETTERS = Set.of("Endpoint.setAlpns");

  /** Called last, for they change what the others come to. */
  private static final Set<String> ENDING = Set.of("close", "closeAsync", "stop", "reset");

  private final List<String> wrong = Collections.synchronizedList(new ArrayList<>());

  private static List<Method> methods(Object target) {
    return Arrays.stream(target.getClass().getMethods())
        .filter(method -> method.getDeclaringClass() != Object.class)
        .filter(method -> !Modifier.isStatic(method.getModifiers()) && !method.isBridge())
        .filter(method -> !method.getName().equals("equals")) // Of records.
        .filter(method -> isExported(method) && !method.isSynthetic())
        .sorted(Comparator.comparing(method -> ENDING.contains(method.getName())))
        .toList();
  }

  /** Of classes that are not exported, what an exported interface declares. */
  private static boolean isExported(Method method) {
    Class<?> owner = method.getDeclaringClass();
    return !owner.getPackageName().contains("internal") || interfaceMethod(method) != null;
  }

  private static @Nullable Method interfaceMethod(Method method) {
    for (Class<?> type : method.getDeclaringClass().getInterfaces()) {
      try {
        if (!type.getPackageName().contains("internal") && Modifier.isPublic(type.getModifiers())) {
          return type.getMethod(method.getName(), method.getParameterTypes());
        }
      } catch (NoSuchMethodException e) {
        // Of another interface.
      }
    }
    return null;
  }

  private static Object argument(Class<?> type) {
    return switch (type.getSimpleName()) {
      case "Duration" -> Duration.ofSeconds(20);
      case "Alpn" -> Peers.ALPN;
      case "Alpn[]" -> new Alpn[] {Peers.ALPN};
      case "String" -> "test/1";
      case "EndpointAddr" -> SOMEBODY;
      case "EndpointTicket" -> EndpointTicket.of(SOMEBODY);
      case "ConnectOptions" -> ConnectOptions.defaults();
      case "ServerOptions" -> new ServerOptions(TransportOptions.defaults());
      case "ByteBuffer" -> ByteBuffer.allocate(10);
      case "ByteBuffer[]" -> new ByteBuffer[] {ByteBuffer.allocate(10)};
      case "MemorySegment" -> MemorySegment.ofArray(new byte[10]);
      case "byte[]" -> new byte[10];
      case "int" -> 1;
      case "long" -> 1L;
      case "boolean" -> true;
      case "List" -> List.of(ByteBuffer.allocate(10));
      case "Predicate" -> (Predicate<Object>) value -> false;
      case "Consumer" -> (Consumer<Object>) value -> {};
      default -> throw new AssertionError("no argument of " + type);
    };
  }

  /** What a call came to; null when it returned, or its future completed. */
  private static @Nullable Throwable outcome(Object target, Method method) throws Exception {
    Method callable =
        isPublicClass(method) ? method : Objects.requireNonNull(interfaceMethod(method));
    Object[] arguments =
        Arrays.stream(method.getParameterTypes()).map(ClosedObjectsTest::argument).toArray();
    if (method.getName().equals("write") && arguments.length == 3) {
      arguments[1] = 0;
    }
    try {
      Object result = callable.invoke(target, arguments);
      if (result instanceof CompletableFuture<?> future) {
        future.get(Loopback.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      }
      return null;
    } catch (InvocationTargetException | ExecutionException e) {
      return e.getCause();
    }
  }

  private static boolean isPublicClass(Method method) {
    return !method.getDeclaringClass().getPackageName().contains("internal");
  }

  /** Calls everything; a waiting call must end with one of the exceptions, others must return. */
  private void callAll(Object target, Class<?>... atTheEnd) throws Exception {
    for (Method method : methods(target)) {
      String name = target.getClass().getSimpleName() + "." + method.getName();
      var call = Tasks.start(() -> Optional.ofNullable(outcome(target, method)));
      long start = System.nanoTime();
      Throwable failure = call.get().orElse(null);
      long nanos = System.nanoTime() - start;
      if (nanos > AT_ONCE.toNanos() || !isRight(name, method, failure, List.of(atTheEnd))) {
        wrong.add(name + " after " + nanos / 1_000_000 + " ms: " + failure);
      }
    }
  }

  private static boolean isRight(
      String name, Method method, @Nullable Throwable failure, List<Class<?>> atTheEnd) {
    boolean isAsync = method.getName().endsWith("Async") && !name.equals("Endpoint.closeAsync");
    boolean mayWait =
        isAsync
            || Arrays.stream(method.getExceptionTypes())
                .anyMatch(IOException.class::isAssignableFrom);
    if (failure == null) {
      return ANSWERING.contains(name) || (!mayWait && !SETTERS.contains(name));
    }
    if (SETTERS.contains(name)) {
      return failure instanceof IllegalStateException;
    }
    boolean hasFuture = CompletableFuture.class.isAssignableFrom(method.getReturnType());
    return (mayWait || hasFuture) && atTheEnd.stream().anyMatch(type -> type.isInstance(failure));
  }

  @Test
  void closedEndpointAndWhatCameFromIt() throws Exception {
    Endpoint acceptor = Peers.acceptor();
    Endpoint dialler = Peers.dialler();
    Connecting dial = Peers.dial(dialler, acceptor);
    Incoming undecided = Peers.next(acceptor);
    Connecting other = Peers.dial(dialler, acceptor);
    Accepting accepting = Peers.next(acceptor).accept();
    Endpoint routed = Loopback.builder().bind();
    Router router = Router.builder(routed).accept("r/1", Connection::close).start();
    var addresses = acceptor.watchAddr();
    router.close();
    dialler.close(Duration.ofMillis(100));
    acceptor.close(Duration.ofMillis(100));
    callAll(acceptor, EndpointClosedException.class);
    callAll(dialler, EndpointClosedException.class);
    callAll(routed, EndpointClosedException.class);
    callAll(router, EndpointClosedException.class);
    callAll(undecided, EndpointClosedException.class, IllegalStateException.class);
    callAll(accepting, ConnectionClosedException.class);
    callAll(dial, EndpointClosedException.class);
    assertThat(other.remoteId()).isEqualTo(acceptor.id());
    callAll(addresses, EndpointClosedException.class);
    assertThat(wrong).isEmpty();
  }

  @Test
  void closedConnectionAndWhatCameFromIt() throws Exception {
    for (boolean byPeer : new boolean[] {false, true}) {
      try (var pair = Loopback.connect(TransportOptions.defaults())) {
        Connection connection = pair.client();
        BiStream bi = connection.openBi();
        SendStream finished = connection.openUni();
        finished.finish();
        var paths = connection.watchPaths();
        var type = connection.connectionType();
        var events = connection.pathEvents();
        var datagrams = connection.datagrams();
        (byPeer ? pair.server() : connection).close(3, "bye");
        Peers.reasonOf(connection);
        callAll(connection, ConnectionClosedException.class);
        callAll(datagrams, ConnectionClosedException.class);
        callAll(connection.datagrams(), ConnectionClosedException.class);
        callAll(bi.send(), ConnectionClosedException.class, IllegalStateException.class);
        callAll(bi.recv(), ConnectionClosedException.class);
        callAll(finished, ConnectionClosedException.class);
        // Its end may have been acknowledged in time.
        wrong.removeIf(call -> call.startsWith("SendStream.awaitAcked"));
        callAll(bi);
        callAll(connection.ref());
        for (Object watch : List.of(paths, type, connection.watchPaths())) {
          callAll(watch, ConnectionClosedException.class);
        }
        callAll(events);
        callAll(connection.pathEvents());
        assertThat(wrong).isEmpty();
      }
    }
  }

  @Test
  void closedStreamsOfALiveConnection() throws Exception {
    try (var pair = Loopback.connect(TransportOptions.defaults())) {
      BiStream own = pair.client().openBi();
      own.send().write(new byte[1]);
      own.close();
      callAll(own.send(), StreamFinishedException.class, IllegalStateException.class);
      callAll(own.recv(), StreamFinishedException.class);
      try (BiStream theirs = pair.server().acceptBi(Loopback.PATIENCE)) {
        theirs.send().stopped().get(20, TimeUnit.SECONDS);
        theirs.recv().receivedReset().get(20, TimeUnit.SECONDS);
        callAll(theirs.send(), StreamStoppedException.class);
        callAll(theirs.recv(), StreamResetException.class);
      }
      assertThat(wrong).isEmpty();
      Peers.exchange(pair.client(), pair.server());
    }
  }

  /** Nothing else may come out of a call that races with the end. */
  private static boolean isExpected(@Nullable Throwable failure) {
    return failure == null
        || failure instanceof dev.dialkey.DialkeyException
        || failure instanceof IllegalStateException;
  }

  @Test
  void everyMethodWhileTheObjectsAreBeingClosed() throws Exception {
    Random random = new Random(4);
    for (int round = 0; round < Size.of(8, 200); round++) {
      var pair = Loopback.connect(TransportOptions.defaults());
      Connection connection = pair.client();
      BiStream bi = connection.openBi();
      bi.send().write(new byte[1]);
      List<Object> targets =
          new ArrayList<>(
              List.of(
                  connection,
                  pair.acceptor(),
                  pair.dialler(),
                  bi.send(),
                  bi.recv(),
                  connection.datagrams(),
                  connection.watchPaths(),
                  connection.pathEvents(),
                  Peers.dial(pair.dialler(), pair.acceptor())));
      List<Tasks.Task<Boolean>> calls = new ArrayList<>();
      Collections.shuffle(targets, random);
      for (Object target : targets) {
        for (Method method : methods(target)) {
          if (!method.getName().startsWith("close")) {
            calls.add(Tasks.run(() -> check(target, method)));
          }
        }
      }
      switch (round % 4) {
        case 0 -> connection.close();
        case 1 -> pair.server().close();
        case 2 -> pair.dialler().close();
        default -> pair.acceptor().close();
      }
      pair.dialler().close();
      pair.acceptor().close();
      for (var call : calls) {
        call.get();
      }
      assertThat(wrong).isEmpty();
    }
  }

  private void check(Object target, Method method) throws Exception {
    Throwable failure = outcome(target, method);
    if (!isExpected(failure)) {
      wrong.add(target.getClass().getSimpleName() + "." + method.getName() + ": " + failure);
    }
  }

  @Test
  void publishersOfClosedObjectsComplete() throws Exception {
    try (var pair = Loopback.connect(TransportOptions.defaults())) {
      List<Flow.Publisher<?>> publishers =
          List.of(
              pair.client().watchPaths().publisher(),
              pair.client().connectionType().publisher(),
              pair.client().pathEvents().publisher(),
              pair.dialler().watchAddr().publisher());
      pair.client().close();
      pair.dialler().close();
      for (Flow.Publisher<?> publisher : publishers) {
        var complete = new CompletableFuture<Boolean>();
        publisher.subscribe(new Completion(complete));
        assertThat(complete.get(20, TimeUnit.SECONDS)).isTrue();
      }
    }
  }

  private record Completion(CompletableFuture<Boolean> complete)
      implements Flow.Subscriber<Object> {
    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(Object element) {}

    @Override
    public void onError(Throwable failure) {
      complete.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
      complete.complete(true);
    }
  }
}
