package dev.dialkey.cli.pipe;

import dev.dialkey.cli.TestShell;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

/** What tests of pipes share. */
final class PipeTests {
  /** Options that keep an endpoint on this machine. */
  static final String[] ON_LOOPBACK = {"--ipv4-addr", "127.0.0.1:0", "--ipv6-addr", "[::1]:0"};

  private PipeTests() {}

  /** Starts a command on loopback in this JVM. */
  static TestShell.Running start(TestShell shell, String... args) {
    return shell.start(onLoopback(args));
  }

  /** Something that goes on meanwhile. */
  static <T> FutureTask<T> meanwhile(Callable<T> action) {
    var task = new FutureTask<>(action);
    Thread.ofVirtual().name("test-meanwhile").start(task);
    return task;
  }

  static String[] onLoopback(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of(ON_LOOPBACK));
    return all.toArray(String[]::new);
  }
}
