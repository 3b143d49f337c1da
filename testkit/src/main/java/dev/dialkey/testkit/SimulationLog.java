package dev.dialkey.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;

/** What has happened in a simulation; lines are made when they are asked for. */
final class SimulationLog {
  /** About 5 MiB. */
  static final int MAX_ENTRIES = 100_000;

  private record Entry(long atNanos, Object what) {}

  private record Packet(InetSocketAddress from, InetSocketAddress to, int bytes, String fate) {
    @Override
    public String toString() {
      return text(from) + " > " + text(to) + " " + bytes + " " + fate;
    }

    private static String text(InetSocketAddress address) {
      return address.getAddress().getHostAddress() + ":" + address.getPort();
    }
  }

  private final long startNanos;
  private final ArrayDeque<Entry> entries = new ArrayDeque<>();

  SimulationLog(long startNanos) {
    this.startNanos = startNanos;
  }

  void add(long atNanos, Object what) {
    if (entries.size() == MAX_ENTRIES) {
      entries.removeFirst();
    }
    entries.add(new Entry(atNanos, what));
  }

  void packet(long atNanos, InetSocketAddress from, InetSocketAddress to, int bytes, String fate) {
    add(atNanos, new Packet(from, to, bytes, fate));
  }

  List<String> lines() {
    return last(MAX_ENTRIES);
  }

  List<String> last(int count) {
    return entries.stream().skip(Math.max(0, entries.size() - count)).map(this::line).toList();
  }

  /** Writes all of it to a file. */
  void write(Path file) {
    try {
      Files.write(file, lines());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the log of the simulation", e);
    }
  }

  private String line(Entry entry) {
    double millis = (entry.atNanos - startNanos) / 1e6;
    return String.format(Locale.ROOT, "%.6f ms %s", millis, entry.what);
  }
}
