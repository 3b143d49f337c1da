package dev.dialkey.bench.harness;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A program that keeps the contract of the peers. */
sealed interface Program {

  /** How to start it, without what the contract adds. */
  List<String> command(Installation installation);

  /** Why it cannot be started, and what to do about it; empty if it can. */
  Optional<String> obstacle(Installation installation);

  /**
   * A program of its own, which Cargo builds.
   *
   * @param name of the file
   * @param path where the build leaves it, from the root of the source tree
   * @param build what builds it, from the same place
   */
  record Native(String name, String path, String build) implements Program {

    @Override
    public List<String> command(Installation installation) {
      return List.of(file(installation).toString());
    }

    @Override
    public Optional<String> obstacle(Installation installation) {
      Path file = file(installation);
      return Files.isExecutable(file)
          ? Optional.empty()
          : Optional.of("no program " + file + ". Build it: " + build);
    }

    private Path file(Installation installation) {
      return installation.programs().getOrDefault(name, installation.root().resolve(path));
    }
  }

  /**
   * A main class on the class path of the driver.
   *
   * @param mainClass its name
   * @param arguments what stands before the arguments of the contract
   */
  record Java(String mainClass, List<String> arguments) implements Program {
    /** A peer's standard output is for answers alone; the JVM warns on it by default. */
    private static final List<String> QUIET = List.of("-Xlog:disable", "-Xlog:all=error:stderr");

    public Java {
      arguments = List.copyOf(arguments);
    }

    @Override
    public List<String> command(Installation installation) {
      List<String> command = new ArrayList<>();
      command.add(installation.javaHome().resolve("bin/java").toString());
      command.addAll(installation.jvmOptions());
      command.addAll(QUIET);
      command.add("--enable-native-access=ALL-UNNAMED");
      installation
          .library()
          .ifPresent(file -> command.add("-D" + Installation.LIBRARY_PROPERTY + "=" + file));
      command.add("-cp");
      command.add(installation.classPath());
      command.add(mainClass);
      command.addAll(arguments);
      return command;
    }

    @Override
    public Optional<String> obstacle(Installation installation) {
      String resource = mainClass.replace('.', '/') + ".class";
      return ClassLoader.getSystemResource(resource) != null
          ? Optional.empty()
          : Optional.of(
              "no class " + mainClass + " on the class path. Build it: mvn -pl bench -am package");
    }
  }
}
