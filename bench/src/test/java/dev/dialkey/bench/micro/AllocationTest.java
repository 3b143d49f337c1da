package dev.dialkey.bench.micro;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.bindings.LiveObjects;
import dev.dialkey.bindings.NativeLibrary;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Measures on the thread of the test, so that nothing else that the JVM does is counted. */
class AllocationTest {
  private static final String PACKAGE = AllocationTest.class.getPackageName() + ".";

  static List<Case> cases() {
    return Cases.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void allocatesNoMoreThanItsBound(Case measured) throws Exception {
    NativeLibrary library = NativeLibrary.load();
    LiveObjects before = library.liveObjects();
    Case.Running running = measured.start().run();
    try {
      double bytes =
          Allocation.perOperation(running.operation(), measured.batch(), measured.bound());
      assertThat(bytes).as("bytes per operation").isLessThanOrEqualTo((double) measured.bound());
    } finally {
      running.close().run();
    }
    assertThat(library.liveObjects()).as("native objects").isEqualTo(before);
  }

  @Test
  void everyBenchmarkHasABound() {
    var out = OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT);
    List<String> benchmarks =
        BenchmarkList.defaultList().getAll(out, List.of()).stream()
            .map(BenchmarkListEntry::getUsername)
            .toList();

    assertThat(benchmarks).isNotEmpty();
    assertThat(cases()).extracting(each -> PACKAGE + each.name()).containsAll(benchmarks);
  }
}
