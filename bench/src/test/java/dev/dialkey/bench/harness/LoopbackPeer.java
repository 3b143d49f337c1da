package dev.dialkey.bench.harness;

import com.sun.management.ThreadMXBean;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A peer that keeps the contract over plain TCP: small, quick to start, and all bytes really go
 * through the kernel. A message is its length, then its bytes; one byte comes back. An argument
 * {@code --on COMMAND=refuse|die|hang|babble} has it break the contract at that command, and {@code
 * --on start=die} when it starts.
 */
public final class LoopbackPeer {
  private static final int WRITE_BYTES = 1 << 20;

  /** Below the connections opened at once the kernel would drop some, to be tried again later. */
  private static final int MAX_PENDING = 4096;

  private final Map<String, String> faults;
  private final List<Socket> kept = new ArrayList<>();

  private LoopbackPeer(Map<String, String> faults) {
    this.faults = faults;
  }

  /** Starts an end. */
  public static void main(String[] args) throws IOException {
    var peer = new LoopbackPeer(faults(args));
    if (peer.faults.getOrDefault("start", "").equals("die")) {
      System.err.println("this peer does not want to live");
      System.exit(3);
    }
    if (args[0].equals("server")) {
      peer.serve();
    } else {
      peer.connect(args[args.length - 1]);
    }
    System.exit(0);
  }

  private static Map<String, String> faults(String[] args) {
    return Stream.of(args)
        .filter(word -> word.contains("="))
        .map(word -> word.split("=", 2))
        .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
  }

  private void serve() throws IOException {
    try (var listener = new ServerSocket(0, MAX_PENDING, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().name("accept").start(() -> acceptAll(listener));
      System.out.println("READY 127.0.0.1:" + listener.getLocalPort());
      answerLines(null);
    }
  }

  private static void acceptAll(ServerSocket listener) {
    try {
      while (true) {
        Socket socket = listener.accept();
        Thread.ofVirtual().name("connection").start(() -> drain(socket));
      }
    } catch (IOException e) {
      System.err.println("listener: " + e.getMessage());
    }
  }

  private static void drain(Socket socket) {
    byte[] buffer = new byte[1 << 16];
    try (socket) {
      var in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
      while (true) {
        long left = in.readLong();
        while (left > 0) {
          int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
          if (read < 0) {
            throw new EOFException("in the middle of a message");
          }
          left -= read;
        }
        socket.getOutputStream().write(1);
      }
    } catch (EOFException e) {
      return; // The client closed.
    } catch (IOException e) {
      System.err.println("connection: " + e.getMessage());
    }
  }

  private void connect(String address) throws IOException {
    int port = Integer.parseInt(address.substring(address.indexOf(':') + 1));
    try (Socket socket = open(port)) {
      System.out.println("READY");
      answerLines(socket);
    }
  }

  private void answerLines(@Nullable Socket socket) throws IOException {
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.split(" ", -1);
      switch (faults.getOrDefault(words[0], "")) {
        case "die" -> {
          System.err.println("asked for " + line + ", and that is too much");
          System.exit(7);
        }
        case "refuse" -> System.out.println("error no " + words[0] + " today");
        case "hang" -> System.err.println("thinking about " + line);
        case "babble" -> System.out.println("well, " + line);
        default -> System.out.println(answer(socket, words));
      }
    }
  }

  private String answer(@Nullable Socket socket, String[] words) throws IOException {
    if (words[0].equals("stats")) {
      var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      return "ok 0.000000 allocated=" + threads.getTotalThreadAllocatedBytes();
    }
    if (socket == null) {
      return "error a server knows stats only";
    }
    long amount = Long.parseLong(words[1]);
    long start = System.nanoTime();
    String more =
        switch (words[0]) {
          case "bulk" -> send(socket, amount);
          case "lat", "rps" -> requests(socket, amount);
          case "hs" -> handshakes(socket.getPort(), amount);
          case "idle" -> keep(socket.getPort(), amount);
          default -> "";
        };
    return String.format(
        Locale.ROOT, "ok %.6f transport=tcp %s", (System.nanoTime() - start) * 1e-9, more);
  }

  private static String send(Socket socket, long amount) throws IOException {
    OutputStream out = socket.getOutputStream();
    new DataOutputStream(out).writeLong(amount);
    byte[] buffer = new byte[WRITE_BYTES];
    for (long left = amount; left > 0; left -= Math.min(left, WRITE_BYTES)) {
      out.write(buffer, 0, (int) Math.min(left, WRITE_BYTES));
    }
    readAnswer(socket);
    return "lost=0";
  }

  private static String requests(Socket socket, long count) throws IOException {
    double[] micros = new double[(int) count];
    for (int request = 0; request < count; request++) {
      long start = System.nanoTime();
      send(socket, 1);
      micros[request] = (System.nanoTime() - start) * 1e-3;
    }
    Arrays.sort(micros);
    return String.format(Locale.ROOT, "p50=%.1f", micros[micros.length / 2]);
  }

  private static String handshakes(int port, long count) throws IOException {
    for (long connection = 0; connection < count; connection++) {
      open(port).close();
    }
    return "";
  }

  private String keep(int port, long count) throws IOException {
    for (long connection = 0; connection < count; connection++) {
      kept.add(open(port));
    }
    return "";
  }

  private static void readAnswer(Socket socket) throws IOException {
    if (socket.getInputStream().read() != 1) {
      throw new EOFException("no answer");
    }
  }

  private static Socket open(int port) throws IOException {
    var socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true); // A message is two writes.
    return socket;
  }
}
