package dev.dialkey.bench.harness;

import dev.dialkey.bench.harness.process.MachineProbe;
import dev.dialkey.bench.harness.process.SourceTree;
import dev.dialkey.bench.harness.process.SystemClock;
import dev.dialkey.bench.harness.report.ReleaseRecords;
import dev.dialkey.bench.harness.result.Results;
import dev.dialkey.bench.harness.result.RunInfo;
import dev.dialkey.bench.harness.result.Sample;
import dev.dialkey.bench.harness.result.SampleFile;
import dev.dialkey.bench.harness.result.Workload;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line of the driver. */
@Command(
    name = "bench/run",
    sortOptions = false,
    description = {
      "Measures Dialkey beside other QUIC implementations over loopback: a server and a client"
          + " process of each, in turns, with the CPU time of both.",
      "Tables go to standard output and, with the chart, into files beside the samples."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  bench/run                  everything; takes about half an hour",
      "  bench/run --quick          Dialkey and the raw loop, about a minute",
      "  bench/run --work bulk,lat --peers raw-quiche,dialkey,iroh",
      "  bench/run --report FILE    tables and chart of an earlier run",
      "  bench/run --record 0.1.0   keep the tables for comparison with later runs",
      "",
      "Exit codes: 0 good, whatever the figures; 1 a peer failed; 2 wrong usage."
    })
final class BenchCommand implements Callable<Integer> {
  private static final Pattern RECORD_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");
  private static final DateTimeFormatter FILE_TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

  private final PrintWriter out;
  private final PrintWriter err;

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  @SuppressWarnings("UnusedVariable") // Picocli looks at the option, not at what it sets.
  private boolean wantsHelp;

  @Option(
      names = "--peers",
      split = ",",
      paramLabel = "NAME",
      description = {
        "Pairs to measure: raw-quiche, dialkey, dialkey-platform, dialkey-64k,"
            + " dialkey-single-path, iroh,"
            + " dialkey-to-iroh, iroh-to-dialkey, netty, kwik, tls; default: these.",
        "On request: dialkey-to-raw, raw-to-dialkey, raw-to-iroh, iroh-to-raw."
      })
  private List<String> peerNames = List.of();

  @Option(
      names = "--work",
      split = ",",
      paramLabel = "NAME",
      description = "What they do: bulk, garbage, lat, rps, hs, hs16, dgram, idle; default: all.")
  private List<String> workNames = List.of();

  @Option(names = "--rounds", paramLabel = "N", description = "Rounds that count; default: 6.")
  private @Nullable Integer rounds;

  @Option(
      names = "--warm-up",
      paramLabel = "N",
      description = "Rounds before; default: 8, with --quick 3.")
  private @Nullable Integer warmUp;

  @Option(
      names = "--bytes",
      paramLabel = "SIZE",
      description = "Bytes of a bulk step, less for slow peers; default: 1GiB.")
  private @Nullable Bytes bytes;

  @Option(
      names = "--quick",
      description = "Raw loop and Dialkey alone, 3 + 5 rounds of 256 MiB, beside the record.")
  private boolean isQuick;

  @Option(
      names = "--default-collector",
      description = "Java peers with the JVM's own choice of collector instead of the serial one.")
  private boolean hasDefaultCollector;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Where the samples go; default: bench/target/results/TIME-COMMIT.jsonl.")
  private @Nullable Path outFile;

  @Option(
      names = "--record",
      paramLabel = "NAME",
      description = "Keep the tables as bench/results/NAME.txt.")
  private @Nullable String recordName;

  @Option(
      names = "--report",
      arity = "1..*",
      paramLabel = "FILE",
      description = "Make tables and charts of these samples; measure nothing.")
  private List<Path> reportFiles = List.of();

  @Option(names = "--programs", hidden = true, description = "Print what Cargo has to build.")
  private boolean wantsPrograms;

  BenchCommand(PrintWriter out, PrintWriter err) {
    this.out = out;
    this.err = err;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    check();
    List<Peer> peers = peers();
    RunPlan plan = plan();
    if (wantsPrograms) {
      printPrograms(peers);
      return 0;
    }
    Installation installation =
        Installation.ofProcess(
            hasDefaultCollector ? Installation.Collector.DEFAULT : Installation.Collector.SERIAL);
    var records = new ReleaseRecords(installation.root().resolve("bench/results"));
    return reportFiles.isEmpty() ? measure(plan, peers, installation, records) : report(records);
  }

  private int measure(
      RunPlan plan, List<Peer> wanted, Installation installation, ReleaseRecords records)
      throws IOException, InterruptedException {
    List<Peer> peers = usable(wanted, plan, installation);
    if (peers.isEmpty() || (isQuick && peers.size() < wanted.size())) {
      tell("error: " + (peers.isEmpty() ? "no peer is left" : "a peer is missing"));
      return 1;
    }
    RunInfo run = runInfo(installation);
    Path path = outFile == null ? defaultFile(installation, run) : outFile;
    SampleFile file = SampleFile.create(path);
    tell("%d steps, of a few seconds each; samples: %s".formatted(plan.stepCount(peers), path));
    List<String> failures;
    List<Sample> samples;
    try (var session = new Session(plan, run, installation, SystemClock.open(), this::tell)) {
      session.run(peers, file);
      failures = session.failures();
      samples = session.samples();
    }
    List<Results> results = Results.byRun(samples);
    publish(path, results, records);
    failures.forEach(failure -> tell("failed: " + failure));
    return failures.isEmpty() ? 0 : 1;
  }

  private void publish(Path path, List<Results> results, ReleaseRecords records)
      throws IOException {
    var files = new ResultFiles(out, this::tell);
    files.write(path, results);
    for (Results run : results) {
      Optional<String> comparison = records.comparison(run);
      comparison.ifPresent(out::println);
      out.flush();
      if (recordName != null) {
        files.record(recordName, records, run);
      }
    }
  }

  private int report(ReleaseRecords records) throws IOException {
    for (Path file : reportFiles) {
      publish(file, Results.byRun(SampleFile.read(file)), records);
    }
    return 0;
  }

  private void printPrograms(List<Peer> peers) {
    if (reportFiles.isEmpty()) {
      peers.stream()
          .flatMap(peer -> peer.nativePrograms().stream())
          .distinct()
          .forEach(out::println);
      out.flush();
    }
  }

  /** Those that can start and have something to do; says why of the others. */
  private List<Peer> usable(List<Peer> peers, RunPlan plan, Installation installation) {
    List<Peer> usable = new ArrayList<>();
    for (Peer peer : peers) {
      Optional<String> obstacle = peer.obstacle(installation);
      if (obstacle.isPresent()) {
        tell("skipping " + peer.name() + ": " + obstacle.get());
      } else if (plan.work().stream().anyMatch(peer.work()::contains)) {
        usable.add(peer);
      }
    }
    return usable;
  }

  private RunPlan plan() {
    return new RunPlan(
        work(),
        warmUp == null ? isQuick ? 3 : 8 : warmUp,
        rounds == null ? isQuick ? 5 : 6 : rounds,
        Sizing.ofBulk((bytes == null ? isQuick ? Bytes.QUARTER_GIB : Bytes.GIB : bytes).count()),
        RunPlan.Limits.DEFAULT);
  }

  private List<Workload> work() {
    List<String> names =
        !workNames.isEmpty() ? workNames : isQuick ? List.of("bulk") : Workload.ids();
    List<Workload> chosen = names.stream().map(this::workload).toList();
    // In the order of a run, whatever was typed: connections that stay come last.
    return List.of(Workload.values()).stream().filter(chosen::contains).toList();
  }

  private Workload workload(String name) {
    return Workload.find(name)
        .orElseThrow(() -> wrong("no workload '" + name + "'. There are " + join(Workload.ids())));
  }

  private List<Peer> peers() {
    if (peerNames.isEmpty() && !isQuick) {
      return PeerCatalog.defaults();
    }
    List<String> names =
        peerNames.isEmpty() ? List.of(PeerCatalog.RAW, PeerCatalog.DIALKEY) : peerNames;
    return names.stream().distinct().map(this::peer).toList();
  }

  private Peer peer(String name) {
    return PeerCatalog.find(name)
        .orElseThrow(() ->
            wrong(
                "no peer '"
                    + name
                    + "'. There are "
                    + join(PeerCatalog.all().stream().map(Peer::name).toList())));
  }

  private void check() {
    if ((rounds != null && rounds < 1) || (warmUp != null && warmUp < 0)) {
      throw wrong("a run needs at least one round that counts");
    }
    if (recordName != null && !RECORD_NAME.matcher(recordName).matches()) {
      throw wrong("'" + recordName + "' cannot name a record; use the version of the release");
    }
  }

  private RunInfo runInfo(Installation installation) throws IOException, InterruptedException {
    SourceTree tree = SourceTree.of(installation.root());
    String started = Instant.now(Clock.systemUTC()).truncatedTo(ChronoUnit.SECONDS).toString();
    return new RunInfo(tree.commit(), tree.isDirty(), started, typed(), MachineProbe.probe());
  }

  private String typed() {
    List<String> words = new ArrayList<>(List.of("bench/run"));
    words.addAll(spec().commandLine().getParseResult().originalArgs());
    return String.join(" ", words);
  }

  private static Path defaultFile(Installation installation, RunInfo run) {
    String name = FILE_TIME.format(Instant.parse(run.started())) + "-" + run.version() + ".jsonl";
    return installation.root().resolve("bench/target/results").resolve(name);
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec().commandLine(), message);
  }

  private CommandSpec spec() {
    return Objects.requireNonNull(spec);
  }

  private void tell(String line) {
    err.println(line);
    err.flush();
  }

  private static String join(List<String> names) {
    return names.stream().collect(Collectors.joining(", "));
  }
}
