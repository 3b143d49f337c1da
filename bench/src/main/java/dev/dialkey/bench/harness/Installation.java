package dev.dialkey.bench.harness;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Where the programs are.
 *
 * @param root of the source tree
 * @param javaHome the runtime that Java peers run on
 * @param classPath of the Java peers
 * @param jvmOptions heap and collector of the Java peers
 * @param library the native library as it was built, so that no peer unpacks the one in the jar
 * @param programs native programs that are elsewhere than where the build leaves them
 */
record Installation(
    Path root,
    Path javaHome,
    String classPath,
    List<String> jvmOptions,
    Optional<Path> library,
    Map<String, Path> programs) {
  /** Read by {@code bindings} in the peers. */
  static final String LIBRARY_PROPERTY = "dialkey.native.path";

  private static final String ROOT_PROPERTY = "dialkey.bench.root";

  /** In front of a program's name, to point to one that was built elsewhere. */
  private static final String PROGRAM_PREFIX = "dialkey.bench.program.";

  Installation {
    jvmOptions = List.copyOf(jvmOptions);
    programs = Map.copyOf(programs);
  }

  /** What this process was started with. */
  static Installation ofProcess(Collector collector) {
    return new Installation(
        Path.of(System.getProperty(ROOT_PROPERTY, "")).toAbsolutePath(),
        Path.of(System.getProperty("java.home")),
        System.getProperty("java.class.path"),
        collector.options(),
        Optional.ofNullable(System.getProperty(LIBRARY_PROPERTY)).map(Path::of),
        System.getProperties().stringPropertyNames().stream()
            .filter(name -> name.startsWith(PROGRAM_PREFIX))
            .collect(
                Collectors.toMap(
                    name -> name.substring(PROGRAM_PREFIX.length()),
                    name -> Path.of(System.getProperty(name)))));
  }

  /** Which garbage collector the Java peers have. */
  enum Collector {
    /** On two cores, the threads of the others would compete with the peers. */
    SERIAL,
    /** What the JVM chooses. */
    DEFAULT;

    /** Both processes of a pair share the machine; more carriers than cores only take turns. */
    private static final int CARRIERS = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);

    List<String> options() {
      List<String> options = new ArrayList<>();
      if (this == SERIAL) {
        options.add("-XX:+UseSerialGC");
      }
      options.add("-Xmx512m");
      options.add("-Djdk.virtualThreadScheduler.parallelism=" + CARRIERS);
      return options;
    }
  }
}
