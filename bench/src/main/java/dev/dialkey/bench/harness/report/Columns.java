package dev.dialkey.bench.harness.report;

import dev.dialkey.bench.harness.result.Metric;
import dev.dialkey.bench.harness.result.Workload;
import java.util.ArrayList;
import java.util.List;

/**
 * What the table of a workload shows.
 *
 * @param main the figure that ratios are made of
 * @param others the figures behind the ratios
 */
record Columns(Metric main, List<Metric> others) {
  private static final Columns OF_OPERATIONS =
      new Columns(
          Metric.CPU_MICROS_PER_OPERATION,
          List.of(
              Metric.OPERATIONS_PER_SECOND,
              Metric.CLIENT_MICROS_PER_OPERATION,
              Metric.SERVER_MICROS_PER_OPERATION));

  static Columns of(Workload workload) {
    return switch (workload) {
      case BULK -> bulk(Metric.LOST_PACKETS, Metric.SEND_CALLS, Metric.DATAGRAM_BYTES);
      case DGRAM -> bulk(Metric.RECEIVED_PERCENT);
      case GARBAGE ->
          new Columns(
              Metric.GARBAGE_MB_PER_GIB,
              List.of(Metric.CLIENT_GARBAGE_MB_PER_GIB, Metric.SERVER_GARBAGE_MB_PER_GIB));
      case LAT ->
          new Columns(
              Metric.CPU_MICROS_PER_OPERATION,
              List.of(
                  Metric.MEDIAN_MICROS,
                  Metric.P99_MICROS,
                  Metric.P999_MICROS,
                  Metric.CLIENT_MICROS_PER_OPERATION,
                  Metric.SERVER_MICROS_PER_OPERATION));
      case RPS, HS, HS16 -> OF_OPERATIONS;
      case IDLE ->
          new Columns(
              Metric.SERVER_KIB_PER_CONNECTION,
              List.of(Metric.CLIENT_KIB_PER_CONNECTION, Metric.REST_PERCENT));
    };
  }

  private static Columns bulk(Metric... last) {
    List<Metric> others =
        new ArrayList<>(
            List.of(
                Metric.GIGABITS_PER_SECOND,
                Metric.CLIENT_USER_PER_GIB,
                Metric.CLIENT_SYSTEM_PER_GIB,
                Metric.SERVER_USER_PER_GIB,
                Metric.SERVER_SYSTEM_PER_GIB));
    others.addAll(List.of(last));
    return new Columns(Metric.CPU_PER_GIB, others);
  }
}
