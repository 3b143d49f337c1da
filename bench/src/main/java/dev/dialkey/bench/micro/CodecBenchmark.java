package dev.dialkey.bench.micro;

import dev.dialkey.addressing.EndpointAddr;
import dev.dialkey.addressing.EndpointId;
import dev.dialkey.addressing.EndpointTicket;
import dev.dialkey.addressing.RelayUrl;
import dev.dialkey.addressing.SocketAddrs;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
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

/**
 * Texts and bytes that name endpoints: an address with a relay and four IP addresses, as a ticket
 * and in postcard form, and its parts. Whatever reads an id checks that it is a curve point.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class CodecBenchmark {
  private static final String RELAY = "https://euw1-1.relay.example.org./";
  private static final String IPV4 = "203.0.113.77:54321";
  private static final String IPV6 = "[2001:db8:85a3::8a2e:370:7334]:54321";

  private final EndpointAddr addr = Samples.endpoint().withRelay(RelayUrl.parse(RELAY));
  private final EndpointId id = addr.id();
  private final EndpointTicket ticket = EndpointTicket.of(addr);
  private final InetSocketAddress ipv4 = SocketAddrs.parse(IPV4);
  private final InetSocketAddress ipv6 = SocketAddrs.parse(IPV6);
  private final byte[] postcard = addr.toBytes();
  private final String ticketText = ticket.toString();
  private final String hex = id.toString();
  private final String z32 = id.toZ32();

  @Benchmark
  public EndpointTicket ticketParse() {
    return EndpointTicket.parse(ticketText);
  }

  @Benchmark
  public String ticketFormat() {
    return ticket.toString();
  }

  @Benchmark
  public EndpointAddr postcardRead() {
    return EndpointAddr.read(ByteBuffer.wrap(postcard));
  }

  @Benchmark
  public byte[] postcardWrite() {
    return addr.toBytes();
  }

  @Benchmark
  public EndpointId idParseHex() {
    return EndpointId.parse(hex);
  }

  @Benchmark
  public String idFormatHex() {
    return id.toString();
  }

  @Benchmark
  public EndpointId idParseZ32() {
    return EndpointId.fromZ32(z32);
  }

  @Benchmark
  public String idFormatZ32() {
    return id.toZ32();
  }

  @Benchmark
  public InetSocketAddress ipv4Parse() {
    return SocketAddrs.parse(IPV4);
  }

  @Benchmark
  public String ipv4Format() {
    return SocketAddrs.format(ipv4);
  }

  @Benchmark
  public InetSocketAddress ipv6Parse() {
    return SocketAddrs.parse(IPV6);
  }

  @Benchmark
  public String ipv6Format() {
    return SocketAddrs.format(ipv6);
  }

  @Benchmark
  public RelayUrl relayParse() {
    return RelayUrl.parse(RELAY);
  }
}
