package dev.dialkey.bench.harness.process;

import dev.dialkey.bench.harness.result.Machine;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds out what kind of machine this is. */
public final class MachineProbe {
  private static final Pattern KERNEL_VERSION = Pattern.compile("[0-9]+(\\.[0-9]+)*");

  /** What decides about the speed of QUIC's cipher, and whether the machine is a real one. */
  private static final Map<String, String> NOTABLE_FLAGS = new LinkedHashMap<>();

  static {
    NOTABLE_FLAGS.put("aes", "AES");
    NOTABLE_FLAGS.put("vaes", "VAES");
    NOTABLE_FLAGS.put("avx512f", "AVX-512");
    NOTABLE_FLAGS.put("hypervisor", "virtual");
  }

  private MachineProbe() {}

  /** Looks. */
  public static Machine probe() throws IOException {
    Path buffers = Path.of("/proc/sys/net/core");
    return new Machine(
        System.getProperty("java.runtime.version"),
        kernel(System.getProperty("os.version")),
        cpu(System.getProperty("os.arch"), Files.readString(Path.of("/proc/cpuinfo"))),
        Runtime.getRuntime().availableProcessors(),
        number(buffers.resolve("rmem_max")),
        number(buffers.resolve("wmem_max")));
  }

  /** The version alone: what follows names a distribution or a host. */
  static String kernel(String release) {
    Matcher version = KERNEL_VERSION.matcher(release);
    return version.lookingAt() ? version.group() : release;
  }

  /** The class of processor: maker, and what of it matters here. */
  static String cpu(String architecture, String cpuinfo) {
    List<String> words = new ArrayList<>(List.of(architecture));
    String vendor = field(cpuinfo, "vendor_id");
    if (!vendor.isEmpty()) {
      words.add(vendor);
    }
    // "flags" on x86, "Features" on Arm.
    List<String> flags =
        Arrays.asList((field(cpuinfo, "flags") + " " + field(cpuinfo, "Features")).split(" +", -1));
    NOTABLE_FLAGS.forEach((flag, name) -> {
      if (flags.contains(flag)) {
        words.add(name);
      }
    });
    return String.join(" ", words);
  }

  private static String field(String cpuinfo, String name) {
    return cpuinfo
        .lines()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("");
  }

  private static long number(Path file) throws IOException {
    // These files give all they have to the first read, and the JDK's shortest way reads one byte
    // first.
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      return Long.parseLong(reader.readLine().strip());
    }
  }
}
