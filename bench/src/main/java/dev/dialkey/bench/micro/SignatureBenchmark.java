package dev.dialkey.bench.micro;

import dev.dialkey.addressing.EndpointId;
import dev.dialkey.addressing.SecretKey;
import dev.dialkey.addressing.Signature;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Ed25519 outside of TLS, over a message of the size of a published address record. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class SignatureBenchmark {
  private static final int MESSAGE_BYTES = 200;

  private final SecretKey key = Samples.secretKey();
  private final EndpointId id = key.endpointId();
  private final byte[] message = new byte[MESSAGE_BYTES];
  private final byte[] seed = new byte[SecretKey.BYTES];
  private final Signature signature = key.sign(message);

  @Benchmark
  public Signature sign() {
    return key.sign(message);
  }

  @Benchmark
  public boolean verify() {
    return id.verify(message, signature);
  }

  /** The public key of a seed, checked as every id is. */
  @Benchmark
  public SecretKey derive() {
    return SecretKey.fromBytes(seed);
  }
}
