package dev.dialkey.bench.harness.result;

import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/** A figure that follows from one sample. Those that a peer did not report are NaN inside. */
@SuppressWarnings("ImmutableEnumChecker") // The formulas capture names alone.
public enum Metric {
  /** CPU time of both ends per GiB; of datagrams, per GiB that arrived. */
  CPU_PER_GIB("CPU-s/GiB", Better.LOWER, sample -> sample.cpuSeconds() / gibibytes(sample)),
  CLIENT_USER_PER_GIB(
      "client user", Better.LOWER, sample -> sample.client().userSeconds() / gibibytes(sample)),
  CLIENT_SYSTEM_PER_GIB(
      "client system", Better.LOWER, sample -> sample.client().systemSeconds() / gibibytes(sample)),
  SERVER_USER_PER_GIB(
      "server user", Better.LOWER, sample -> sample.server().userSeconds() / gibibytes(sample)),
  SERVER_SYSTEM_PER_GIB(
      "server system", Better.LOWER, sample -> sample.server().systemSeconds() / gibibytes(sample)),
  GIGABITS_PER_SECOND(
      "Gbit/s", Better.HIGHER, sample -> bytes(sample) * 8 / 1e9 / sample.seconds()),
  LOST_PACKETS("lost", Better.LOWER, figure("lost")),
  SEND_CALLS("sends", Better.LOWER, figure("sends")),
  DATAGRAM_BYTES("datagram bytes", Better.HIGHER, figure("datagram")),

  /** CPU time of both ends per request or connection. */
  CPU_MICROS_PER_OPERATION(
      "CPU µs each", Better.LOWER, sample -> sample.cpuSeconds() * 1e6 / sample.step().amount()),
  CLIENT_MICROS_PER_OPERATION(
      "client",
      Better.LOWER,
      sample -> sample.client().cpuSeconds() * 1e6 / sample.step().amount()),
  SERVER_MICROS_PER_OPERATION(
      "server",
      Better.LOWER,
      sample -> sample.server().cpuSeconds() * 1e6 / sample.step().amount()),
  OPERATIONS_PER_SECOND(
      "per second", Better.HIGHER, sample -> sample.step().amount() / sample.seconds()),
  MEDIAN_MICROS("p50 µs", Better.LOWER, figure("p50")),
  P99_MICROS("p99 µs", Better.LOWER, figure("p99")),
  P999_MICROS("p999 µs", Better.LOWER, figure("p999")),

  RECEIVED_PERCENT(
      "received %", Better.HIGHER, sample -> 100 * received(sample) / sample.step().amount()),

  SERVER_KIB_PER_CONNECTION("server KiB", Better.LOWER, kibPerConnection(Figures.SERVER_GROWTH)),
  CLIENT_KIB_PER_CONNECTION("client KiB", Better.LOWER, kibPerConnection(Figures.CLIENT_GROWTH)),
  REST_PERCENT("CPU at rest, % of a core", Better.LOWER, figure(Figures.REST_PERCENT)),

  /** Bytes that both heaps handed out, per GiB moved. */
  GARBAGE_MB_PER_GIB(
      "MB/GiB",
      Better.LOWER,
      sample ->
          (value(sample, Figures.CLIENT_ALLOCATED) + value(sample, Figures.SERVER_ALLOCATED))
              / 1e6
              / gibibytes(sample)),
  CLIENT_GARBAGE_MB_PER_GIB(
      "client",
      Better.LOWER,
      sample -> value(sample, Figures.CLIENT_ALLOCATED) / 1e6 / gibibytes(sample)),
  SERVER_GARBAGE_MB_PER_GIB(
      "server",
      Better.LOWER,
      sample -> value(sample, Figures.SERVER_ALLOCATED) / 1e6 / gibibytes(sample));

  /** Payload of one datagram of the workload, by the contract of the peers. */
  private static final int DATAGRAM_PAYLOAD_BYTES = 1200;

  private static final double GIB = 1L << 30;

  private final String label;
  private final Better better;
  private final ToDoubleFunction<Sample> formula;

  Metric(String label, Better better, ToDoubleFunction<Sample> formula) {
    this.label = label;
    this.better = better;
    this.formula = formula;
  }

  /** The heading of a column. */
  public String label() {
    return label;
  }

  /** Which of two figures is better. */
  public Better better() {
    return better;
  }

  /** The figure; empty where the sample does not tell. */
  public OptionalDouble of(Sample sample) {
    double value = formula.applyAsDouble(sample);
    return Double.isFinite(value) ? OptionalDouble.of(value) : OptionalDouble.empty();
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  private static ToDoubleFunction<Sample> figure(String name) {
    return sample -> value(sample, name);
  }

  private static ToDoubleFunction<Sample> kibPerConnection(String name) {
    return sample -> value(sample, name) / 1024 / sample.step().amount();
  }

  private static double value(Sample sample, String name) {
    return sample.figures().getOrDefault(name, Double.NaN);
  }

  private static double received(Sample sample) {
    return value(sample, Figures.RECEIVED);
  }

  private static double gibibytes(Sample sample) {
    return bytes(sample) / GIB;
  }

  private static double bytes(Sample sample) {
    return sample.step().workload().countsBytes()
        ? sample.step().amount()
        : received(sample) * DATAGRAM_PAYLOAD_BYTES;
  }
}
