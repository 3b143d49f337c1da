package dev.dialkey.cli.doctor;

import dev.dialkey.cli.doctor.Finding.Verdict;
import dev.dialkey.cli.shell.Json;
import dev.dialkey.cli.shell.Shell;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** {@code dialkey doctor}: does it work here, and what limits it. */
@Command(
    name = "doctor",
    description = {
      "Checks whether Dialkey works on this machine and what limits its speed, and says",
      "how to lift that. Talks to nobody but itself, over loopback."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  dialkey doctor           for people",
      "  dialkey doctor --json    one JSON object on one line, for programs",
      "",
      "Exit codes: 0 good, also where something could be better; 1 it does not work here;",
      "2 wrong usage."
    })
public final class DoctorCommand implements Callable<Integer> {
  private static final int NAME_WIDTH = 16;

  private final Shell shell;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  /** A command for the shell that started it. */
  public DoctorCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    List<Finding> findings = examine();
    boolean works = findings.stream().noneMatch(finding -> finding.verdict() == Verdict.BROKEN);
    if (json) {
      shell.print(Json.line(object(findings, works)));
    } else {
      findings.forEach(this::print);
      shell.print(summary(findings, works));
    }
    return works ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  /** Without the native library there is nothing more to find out. */
  private static List<Finding> examine() {
    List<Finding> findings = new ArrayList<>();
    findings.add(RuntimeChecks.java());
    findings.add(RuntimeChecks.nativeAccess());
    Finding library = RuntimeChecks.nativeLibrary();
    findings.add(library);
    if (library.verdict() != Verdict.BROKEN) {
      findings.addAll(NetworkChecks.sockets());
      findings.add(NetworkChecks.ipv6());
      findings.add(NetworkChecks.addresses());
      findings.add(SelfTest.run());
    }
    return findings;
  }

  private void print(Finding finding) {
    String mark =
        switch (finding.verdict()) {
          case GOOD -> "ok  ";
          case IMPROVABLE -> "hint";
          case BROKEN -> "FAIL";
        };
    String padded = finding.name() + " ".repeat(NAME_WIDTH - finding.name().length());
    shell.print(mark + "  " + padded + finding.text());
    finding.advice().forEach(line -> shell.print("      " + line));
  }

  private static String summary(List<Finding> findings, boolean works) {
    if (!works) {
      return "Dialkey does not work here; see FAIL above.";
    }
    long hints =
        findings.stream().filter(finding -> finding.verdict() == Verdict.IMPROVABLE).count();
    return "Dialkey works here"
        + (hints == 0
            ? ", and nothing that could be changed limits it."
            : "; see the hints above.");
  }

  private static Map<String, Object> object(List<Finding> findings, boolean works) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("works", works);
    for (Finding finding : findings) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("verdict", finding.verdict().name().toLowerCase(Locale.ROOT));
      fields.put("text", finding.text());
      fields.putAll(finding.data());
      fields.put("advice", finding.advice());
      object.put(finding.name(), fields);
    }
    return object;
  }
}
