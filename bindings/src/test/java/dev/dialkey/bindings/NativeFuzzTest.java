package dev.dialkey.bindings;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.bindings.ChildJvm.Result;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The C interface bears every argument; the JVM that tries them ends as it should. */
class NativeFuzzTest {
  /** For the files that some functions make. */
  @TempDir Path scratch;

  @Test
  void wildArgumentsGiveNothingButStatusCodes() throws Exception {
    check(3, 1);
  }

  @Test
  @Tag("stress")
  @EnabledIfSystemProperty(named = "dialkey.stress", matches = "full")
  void wildArgumentsGiveNothingButStatusCodesForLonger() throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    check(TimeUnit.MINUTES.toSeconds(5), seed);
  }

  private void check(long seconds, long seed) throws Exception {
    List<String> arguments = new ArrayList<>();
    arguments.add("--enable-native-access=ALL-UNNAMED");
    arguments.add("-Ddialkey.native.path=" + Platform.library());
    arguments.addAll(ChildJvm.onClassPath());
    arguments.addAll(
        List.of(
            FuzzMain.class.getName(),
            Long.toString(seconds),
            Long.toString(seed),
            scratch.toString()));

    Result result = ChildJvm.run(arguments, seconds + 60);

    assertThat(result.exitCode()).as(result.output()).isZero();
    // A function that refuses everything was not really tried.
    assertThat(result.output()).contains("never reached: []", ", left: " + NativeLeakCheck.NONE);
  }
}
