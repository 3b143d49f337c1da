package dev.dialkey.bench.micro;

import dev.dialkey.addressing.EndpointAddr;
import dev.dialkey.addressing.SocketAddrs;
import dev.dialkey.holepunch.AddressFamily;
import dev.dialkey.holepunch.CandidateSet;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Which addresses of a peer a dial goes to, and in which order: once per dial. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class CandidateBenchmark {
  private static final Set<AddressFamily> BOTH = Set.of(AddressFamily.IPV4, AddressFamily.IPV6);

  @Param({"1", "8", "32"})
  public int candidates = 1;

  private final List<InetSocketAddress> own =
      List.of(SocketAddrs.parse("0.0.0.0:4000"), SocketAddrs.parse("[::]:4000"));

  private EndpointAddr peer = Samples.endpoint();

  @Setup
  public void open() {
    peer = Samples.endpoint(candidates);
  }

  @Benchmark
  public CandidateSet forDial() {
    return CandidateSet.forDial(peer, own, BOTH);
  }
}
