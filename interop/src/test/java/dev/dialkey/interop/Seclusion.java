package dev.dialkey.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps a program that looks for relays by name on this machine: it sees a {@code resolv.conf} with
 * a resolver on loopback, where nobody answers. Its sockets are the ordinary ones, so that tests
 * reach it.
 *
 * <p>dumbpipe can not be told to leave the network alone. Bound to loopback it still asks the
 * machine's resolver for iroh's relays and its address lookup, and everything else that it would
 * send beyond loopback follows from the answers.
 */
final class Seclusion {
  private static final String MOUNT = "mount --bind \"$0\" /etc/resolv.conf && exec \"$@\"";

  private Seclusion() {}

  /**
   * What to put before a command. Empty where neither root nor user namespaces are to be had: then
   * the program asks the machine's resolver, as it does for everybody.
   */
  static List<String> prefix() throws IOException, InterruptedException {
    Path resolver = Files.createTempFile("resolv", ".conf");
    resolver.toFile().deleteOnExit();
    Files.writeString(resolver, "nameserver 127.0.0.1\n");
    for (String namespaces : List.of("-m", "-rm")) {
      List<String> prefix = List.of("unshare", namespaces, "sh", "-c", MOUNT, resolver.toString());
      if (works(prefix)) {
        return prefix;
      }
    }
    return List.of();
  }

  private static boolean works(List<String> prefix) throws InterruptedException {
    List<String> command = new ArrayList<>(prefix);
    command.add("true");
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false; // There is no such command.
    }
  }
}
