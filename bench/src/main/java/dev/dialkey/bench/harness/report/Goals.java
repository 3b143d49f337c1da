package dev.dialkey.bench.harness.report;

import static dev.dialkey.bench.harness.result.Metric.CPU_MICROS_PER_OPERATION;
import static dev.dialkey.bench.harness.result.Metric.CPU_PER_GIB;
import static dev.dialkey.bench.harness.result.Metric.GIGABITS_PER_SECOND;
import static dev.dialkey.bench.harness.result.Metric.MEDIAN_MICROS;
import static dev.dialkey.bench.harness.result.Metric.OPERATIONS_PER_SECOND;
import static dev.dialkey.bench.harness.result.Workload.BULK;
import static dev.dialkey.bench.harness.result.Workload.DGRAM;
import static dev.dialkey.bench.harness.result.Workload.GARBAGE;
import static dev.dialkey.bench.harness.result.Workload.HS;
import static dev.dialkey.bench.harness.result.Workload.IDLE;
import static dev.dialkey.bench.harness.result.Workload.LAT;
import static dev.dialkey.bench.harness.result.Workload.RPS;

import dev.dialkey.bench.harness.report.Goal.Bound;
import dev.dialkey.bench.harness.report.Goal.Bound.AtLeast;
import dev.dialkey.bench.harness.report.Goal.Bound.AtMost;
import dev.dialkey.bench.harness.result.Figure;
import dev.dialkey.bench.harness.result.Metric;
import dev.dialkey.bench.harness.result.Results;
import dev.dialkey.bench.harness.result.Workload;
import java.util.List;
import java.util.Optional;

/** The goals of the project for this suite; the relay path is not measured here. */
final class Goals {
  private static final String DIALKEY = "dialkey";
  private static final String IROH = "iroh";

  private static final Figure BULK_CPU = figure(DIALKEY, BULK, CPU_PER_GIB);

  static final List<Goal> ALL =
      List.of(
          bulkCpu("bulk, 1 MiB writes, CPU ratio to raw quiche", "raw-quiche", least(0.8, 0.9)),
          ratio(
              "bulk, 64 KiB writes through OutputStream, CPU ratio to raw quiche",
              figure("raw-quiche", BULK, CPU_PER_GIB),
              figure("dialkey-64k", BULK, CPU_PER_GIB),
              least(0.7, 0.85)),
          bulkCpu("bulk against iroh, CPU", IROH, least(1.2, 1.4)),
          bulkWall("bulk against iroh, wall", DIALKEY, least(1.2, 1.4)),
          bulkCpu("bulk against Netty QUIC, CPU", "netty", least(1.3, 1.6)),
          bulkCpu("bulk against kwik, CPU (never below 3)", "kwik", least(10, 20)),
          ratio(
              "bulk throughput with multipath against without",
              figure(DIALKEY, BULK, GIGABITS_PER_SECOND),
              figure("dialkey-single-path", BULK, GIGABITS_PER_SECOND),
              least(0.95, 1)),
          bulkCpu(
              "bulk against Dialkey without multipath, CPU", "dialkey-single-path", least(0.95, 1)),
          bulkWall("Dialkey → iroh, wall, against iroh ↔ iroh", "dialkey-to-iroh", least(1.1, 1.3)),
          bulkWall(
              "iroh → Dialkey, wall, against iroh ↔ iroh", "iroh-to-dialkey", least(0.85, 1.0)),
          toIroh("one-byte latency p50 against iroh", LAT, MEDIAN_MICROS, most(1.5, 1.0)),
          toIroh("requests/s, 64 streams, against iroh", RPS, OPERATIONS_PER_SECOND, least(0.7, 1)),
          toIroh("handshake CPU against iroh", HS, CPU_MICROS_PER_OPERATION, most(1.0, 0.7)),
          plain(
              "memory per idle connection, server",
              Metric.SERVER_KIB_PER_CONNECTION,
              " KiB",
              60,
              40),
          plain(
              "memory per idle connection, client",
              Metric.CLIENT_KIB_PER_CONNECTION,
              " KiB",
              60,
              40),
          plain(
              "CPU at rest with 2,000 idle connections",
              Metric.REST_PERCENT,
              " % of a core",
              1,
              0.3),
          new Goal(
              "garbage per GiB of bulk transfer, both ends",
              " MB",
              figure(DIALKEY, GARBAGE, Metric.GARBAGE_MB_PER_GIB),
              Optional.empty(),
              most(5, 1)),
          ratio(
              "datagrams of 1200 bytes, CPU against bulk",
              figure(DIALKEY, DGRAM, CPU_PER_GIB),
              BULK_CPU,
              most(2, 1.3)));

  private Goals() {}

  /** The check list in Markdown. */
  static List<String> lines(Results results) {
    return ALL.stream().map(goal -> goal.line(results)).toList();
  }

  private static Goal bulkCpu(String name, String base, Bound bound) {
    return ratio(name, figure(base, BULK, CPU_PER_GIB), BULK_CPU, bound);
  }

  private static Goal bulkWall(String name, String peer, Bound bound) {
    return ratio(
        name,
        figure(peer, BULK, GIGABITS_PER_SECOND),
        figure(IROH, BULK, GIGABITS_PER_SECOND),
        bound);
  }

  private static Goal toIroh(String name, Workload workload, Metric metric, Bound bound) {
    return ratio(name, figure(DIALKEY, workload, metric), figure(IROH, workload, metric), bound);
  }

  private static Goal plain(String name, Metric metric, String unit, double first, double then) {
    return new Goal(name, unit, figure(DIALKEY, IDLE, metric), Optional.empty(), most(first, then));
  }

  private static Goal ratio(String name, Figure numerator, Figure denominator, Bound bound) {
    return new Goal(name, "", numerator, Optional.of(denominator), bound);
  }

  private static Figure figure(String peer, Workload workload, Metric metric) {
    return new Figure(peer, workload, metric);
  }

  private static Bound least(double first, double then) {
    return new AtLeast(first, then);
  }

  private static Bound most(double first, double then) {
    return new AtMost(first, then);
  }
}
