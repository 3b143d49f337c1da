package dev.dialkey.bench.micro;

import dev.dialkey.bench.micro.Allocation.Operation;
import dev.dialkey.bench.micro.Case.Running;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * Every benchmark with its bound. The data path allocates nothing. What happens once per dial or
 * per record has a bound a little above what it needed on JDK 25, so that a change shows.
 */
final class Cases {
  /**
   * The bindings make a view of the array for each call. Whether the compiler takes it away depends
   * on what else the JVM has run, so both is right.
   */
  private static final int HEAP_VIEW_BYTES = 56;

  private static final int MAX_HEAP_PIECE = 64 * 1024;
  private static final int MANY = 20_000;
  private static final int SOME = 500;

  private Cases() {}

  static List<Case> all() {
    return Stream.of(downcalls(), events(), streams(), loop(), codecs(), signatures(), candidates())
        .flatMap(cases -> cases)
        .toList();
  }

  private static Stream<Case> downcalls() {
    return Stream.of(
        downcall("bare", 0, benchmark -> benchmark::bare),
        downcall("plain", 0, benchmark -> benchmark::plain),
        downcall("critical", HEAP_VIEW_BYTES, benchmark -> benchmark::critical),
        downcall("outParameter", 0, benchmark -> benchmark::outParameter),
        downcall("lock", 0, benchmark -> benchmark::lock),
        downcall("clock", 0, benchmark -> benchmark::clock));
  }

  private static Case downcall(
      String name, int bound, Function<DowncallBenchmark, Operation> operation) {
    return new Case(
        "DowncallBenchmark." + name,
        "",
        bound,
        MANY,
        () -> {
          var benchmark = new DowncallBenchmark();
          benchmark.open();
          return new Running(operation.apply(benchmark), benchmark::close);
        });
  }

  private static Stream<Case> events() {
    var benchmark = new EventBenchmark();
    return Stream.of(
        new Case("EventBenchmark.fetchNothing", "", 0, MANY, () -> quiet(benchmark::fetchNothing)),
        new Case("EventBenchmark.decode", "", 0, MANY, () -> quiet(benchmark::decode)),
        new Case(
            "EventBenchmark.fetchAndDecode",
            "",
            0,
            SOME,
            () -> {
              var state = new EventBenchmark.Busy();
              return new Running(
                  () -> {
                    state.arrive();
                    long digest = benchmark.fetchAndDecode(state);
                    state.read();
                    return digest;
                  },
                  state::close);
            }));
  }

  private static Running quiet(ToLongFunction<EventBenchmark.Quiet> operation) {
    var state = new EventBenchmark.Quiet();
    return new Running(() -> operation.applyAsLong(state), state::close);
  }

  private static Stream<Case> streams() {
    return Stream.of(1, 1_024, 65_536, 1_048_576)
        .flatMap(size ->
            Stream.concat(
                Stream.of(packetReceive(size)),
                Stream.of(Memory.values())
                    .flatMap(memory ->
                        Stream.of(streamSend(size, memory), streamReceive(size, memory)))));
  }

  private static Case streamSend(int size, Memory memory) {
    return new Case(
        "StreamSendBenchmark.send",
        " of " + size + " bytes, " + memory,
        streamBound(size, memory),
        batch(size),
        () -> {
          var benchmark = new StreamSendBenchmark();
          benchmark.size = size;
          benchmark.memory = memory;
          benchmark.open();
          return new Running(
              () -> {
                benchmark.send();
                benchmark.deliver();
                return 0;
              },
              benchmark::close);
        });
  }

  private static Case streamReceive(int size, Memory memory) {
    return new Case(
        "StreamReceiveBenchmark.receive",
        " of " + size + " bytes, " + memory,
        streamBound(size, memory),
        batch(size),
        () -> {
          var benchmark = new StreamReceiveBenchmark();
          benchmark.size = size;
          benchmark.memory = memory;
          benchmark.open();
          return new Running(
              () -> {
                benchmark.deliver();
                benchmark.receive();
                benchmark.settle();
                return 0;
              },
              benchmark::close);
        });
  }

  private static Case packetReceive(int size) {
    return new Case(
        "PacketReceiveBenchmark.arrive",
        " of " + size + " bytes",
        0,
        batch(size),
        () -> {
          var benchmark = new PacketReceiveBenchmark();
          benchmark.size = size;
          benchmark.open();
          return new Running(
              () -> {
                benchmark.send();
                benchmark.arrive();
                benchmark.read();
                return 0;
              },
              benchmark::close);
        });
  }

  /** Each message is sent and received. */
  private static int streamBound(int size, Memory memory) {
    return memory == Memory.HEAP ? 2 * Math.ceilDiv(size, MAX_HEAP_PIECE) * HEAP_VIEW_BYTES : 0;
  }

  /** About as long for each size. */
  private static int batch(int size) {
    return Math.clamp(20_000_000 / size, 20, 2_000);
  }

  private static Stream<Case> loop() {
    return Stream.concat(
        Stream.of(1, 45).map(Cases::grouping),
        Stream.of(10, 1_000, 100_000)
            .flatMap(deadlines ->
                Stream.of(
                    timer("insertAndCancel", deadlines, timers -> timers::insertAndCancel),
                    timer("move", deadlines, timers -> timers::move),
                    timer("expireAndInsert", deadlines, timers -> timers::expireAndInsert))));
  }

  private static Case grouping(int ids) {
    return new Case(
        "GroupingBenchmark.handOver",
        " of " + ids + " ids",
        0,
        MANY,
        () -> {
          var benchmark = new GroupingBenchmark();
          benchmark.ids = ids;
          benchmark.open();
          return new Running(benchmark::handOver, benchmark::close);
        });
  }

  private static Case timer(
      String name, int deadlines, Function<TimerBenchmark, Operation> operation) {
    return new Case(
        "TimerBenchmark." + name,
        " among " + deadlines,
        0,
        MANY,
        () -> {
          var benchmark = new TimerBenchmark();
          benchmark.deadlines = deadlines;
          benchmark.open();
          return new Running(operation.apply(benchmark));
        });
  }

  private static Stream<Case> codecs() {
    var benchmark = new CodecBenchmark();
    return Stream.of(
        codec("ticketParse", 6_000, benchmark::ticketParse),
        codec("ticketFormat", 2_400, benchmark::ticketFormat),
        codec("postcardRead", 5_500, benchmark::postcardRead),
        codec("postcardWrite", 1_500, benchmark::postcardWrite),
        codec("idParseHex", 1_400, benchmark::idParseHex),
        codec("idFormatHex", 130, benchmark::idFormatHex),
        codec("idParseZ32", 1_400, benchmark::idParseZ32),
        codec("idFormatZ32", 210, benchmark::idFormatZ32),
        codec("ipv4Parse", 220, benchmark::ipv4Parse),
        codec("ipv4Format", 130, benchmark::ipv4Format),
        codec("ipv6Parse", 460, benchmark::ipv6Parse),
        codec("ipv6Format", 640, benchmark::ipv6Format),
        codec("relayParse", 1_200, benchmark::relayParse));
  }

  private static Case codec(String name, int bound, Supplier<Object> operation) {
    return new Case(
        "CodecBenchmark." + name, "", bound, SOME, () -> new Running(() -> keep(operation)));
  }

  private static Stream<Case> signatures() {
    var benchmark = new SignatureBenchmark();
    return Stream.of(
        signature("sign", 4_000, benchmark::sign),
        signature("verify", 600_000, benchmark::verify),
        signature("derive", 4_500, benchmark::derive));
  }

  private static Case signature(String name, int bound, Supplier<Object> operation) {
    return new Case(
        "SignatureBenchmark." + name, "", bound, SOME, () -> new Running(() -> keep(operation)));
  }

  private static Stream<Case> candidates() {
    return Stream.of(candidates(1, 3_200), candidates(8, 9_200), candidates(32, 31_000));
  }

  private static Case candidates(int count, int bound) {
    return new Case(
        "CandidateBenchmark.forDial",
        " to " + count,
        bound,
        SOME,
        () -> {
          var benchmark = new CandidateBenchmark();
          benchmark.candidates = count;
          benchmark.open();
          return new Running(() -> keep(benchmark::forDial));
        });
  }

  /** Asks for something that only a real object has. */
  private static long keep(Supplier<Object> operation) {
    return System.identityHashCode(operation.get());
  }
}
