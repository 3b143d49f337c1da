package dev.dialkey.bench.harness.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import org.junit.jupiter.api.Test;

class MetricTest {

  @Test
  void bulkIsReckonedPerGibibyte() {
    Sample sample = Samples.of(new Step("p", Workload.BULK, 1, 1L << 29), 2, 3, Map.of());
    assertThat(Metric.CPU_PER_GIB.of(sample)).hasValueCloseTo(6.0, within(1e-9));
    assertThat(Metric.CLIENT_USER_PER_GIB.of(sample)).hasValueCloseTo(1.5, within(1e-9));
    assertThat(Metric.GIGABITS_PER_SECOND.of(sample))
        .hasValueCloseTo((1L << 29) * 8 / 2e9, within(1e-9));
  }

  @Test
  void datagramsCountByWhatArrived() {
    // 1,000,000 sent, half a gibibyte of payload arrived.
    double received = (1L << 29) / 1200.0;
    Sample sample =
        Samples.of(new Step("p", Workload.DGRAM, 1, 1_000_000), 2, 3, Map.of("received", received));
    assertThat(Metric.CPU_PER_GIB.of(sample)).hasValueCloseTo(6.0, within(1e-9));
    assertThat(Metric.RECEIVED_PERCENT.of(sample)).hasValueCloseTo(received / 1e4, within(1e-9));
  }

  @Test
  void whatAPeerDoesNotTellIsNoFigure() {
    Sample sample = Samples.of(new Step("p", Workload.LAT, 1, 100), 1, 1, Map.of());
    assertThat(Metric.MEDIAN_MICROS.of(sample)).isEmpty();
    assertThat(Metric.GARBAGE_MB_PER_GIB.of(sample)).isEmpty();
    assertThat(Metric.CPU_MICROS_PER_OPERATION.of(sample)).hasValueCloseTo(1e4, within(1e-9));
  }

  @Test
  void nothingThatArrivedIsNoFigureEither() {
    Sample sample =
        Samples.of(new Step("p", Workload.DGRAM, 1, 100), 1, 1, Map.of("received", 0.0));
    assertThat(Metric.CPU_PER_GIB.of(sample)).isEmpty();
  }

  @Test
  void memoryIsPerConnectionAndGarbageOfBothEnds() {
    Sample idle =
        Samples.of(
            new Step("p", Workload.IDLE, 1, 10),
            1,
            1,
            Map.of(Figures.SERVER_GROWTH, 20480.0, Figures.CLIENT_GROWTH, -10240.0));
    assertThat(Metric.SERVER_KIB_PER_CONNECTION.of(idle)).hasValueCloseTo(2.0, within(1e-9));
    assertThat(Metric.CLIENT_KIB_PER_CONNECTION.of(idle)).hasValueCloseTo(-1.0, within(1e-9));
    Sample garbage =
        Samples.of(
            new Step("p", Workload.GARBAGE, 1, 1L << 30),
            1,
            1,
            Map.of(Figures.SERVER_ALLOCATED, 1e6, Figures.CLIENT_ALLOCATED, 2e6));
    assertThat(Metric.GARBAGE_MB_PER_GIB.of(garbage)).hasValueCloseTo(3.0, within(1e-9));
  }
}
