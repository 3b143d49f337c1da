package dev.dialkey.addressing;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Whom to dial and where: an endpoint id and an ordered set of transport addresses, {@code
 * docs/spec/addressing.md} section 8.
 *
 * <p>An id without addresses is common: the addresses then come from look-up. Addresses prove
 * nothing; only the handshake shows that the endpoint behind one holds the key. Immutable: the
 * {@code with} methods return a new value.
 */
public final class EndpointAddr {
  /**
   * The most addresses that one value can hold. Endpoints publish a few dozen at most; the bound
   * keeps a hostile ticket from filling the memory of whoever reads it.
   */
  public static final int MAX_ADDRS = 1_024;

  private final EndpointId id;
  private final SortedSet<TransportAddr> addrs;

  private EndpointAddr(EndpointId id, Collection<? extends TransportAddr> addrs) {
    var sorted = new TreeSet<TransportAddr>(addrs);
    if (sorted.size() > MAX_ADDRS) {
      throw new IllegalArgumentException(
          "an endpoint address has at most %d addresses, not %d"
              .formatted(MAX_ADDRS, sorted.size()));
    }
    this.id = id;
    this.addrs = Collections.unmodifiableSortedSet(sorted);
  }

  /**
   * An id alone.
   *
   * @param id the endpoint
   * @return an address to be completed by look-up
   */
  public static EndpointAddr of(EndpointId id) {
    return of(id, List.of());
  }

  /**
   * An id with addresses, in any order; duplicates collapse.
   *
   * @param id the endpoint
   * @param addrs where it may be reached
   * @return the endpoint address
   * @throws IllegalArgumentException above {@link #MAX_ADDRS} different addresses
   */
  public static EndpointAddr of(EndpointId id, Collection<? extends TransportAddr> addrs) {
    return new EndpointAddr(id, addrs);
  }

  /**
   * Reads the postcard form from the buffer's position and moves it behind the last field. On an
   * error the position is undefined.
   *
   * @param in the buffer
   * @return the endpoint address
   * @throws AddressFormatException of kind TICKET_CONTENT
   */
  public static EndpointAddr read(ByteBuffer in) {
    return AddrCodec.read(new PostcardReader(in));
  }

  /**
   * The postcard form. Equal values have equal bytes; the scope of IPv6 addresses is lost.
   *
   * @return a new array
   */
  public byte[] toBytes() {
    var out = new PostcardWriter();
    AddrCodec.write(this, out);
    return out.toBytes();
  }

  /**
   * One more address of any kind.
   *
   * @param addr the address
   * @return a new value with this address added
   * @throws IllegalArgumentException above {@link #MAX_ADDRS} addresses
   */
  public EndpointAddr with(TransportAddr addr) {
    return withAll(List.of(addr));
  }

  /**
   * More addresses of any kind.
   *
   * @param more the addresses
   * @return a new value with these addresses added
   * @throws IllegalArgumentException above {@link #MAX_ADDRS} addresses
   */
  public EndpointAddr withAll(Collection<? extends TransportAddr> more) {
    var all = new TreeSet<>(addrs);
    all.addAll(more);
    return new EndpointAddr(id, all);
  }

  /**
   * One more relay.
   *
   * @param url the relay
   * @return a new value with this relay added
   * @throws IllegalArgumentException above {@link #MAX_ADDRS} addresses
   */
  public EndpointAddr withRelay(RelayUrl url) {
    return with(new TransportAddr.Relay(url));
  }

  /**
   * One more IP address.
   *
   * @param address a resolved address
   * @return a new value with this address added
   * @throws IllegalArgumentException if unresolved, or above {@link #MAX_ADDRS} addresses
   */
  public EndpointAddr withIp(InetSocketAddress address) {
    return with(new TransportAddr.Ip(address));
  }

  /**
   * One more address of a custom transport.
   *
   * @param address the address
   * @return a new value with this address added
   * @throws IllegalArgumentException above {@link #MAX_ADDRS} addresses
   */
  public EndpointAddr withCustom(CustomAddr address) {
    return with(new TransportAddr.Custom(address));
  }

  /**
   * Fewer addresses; with {@code addr -> addr instanceof TransportAddr.Relay} what a "short ticket"
   * holds.
   *
   * @param wanted says which addresses stay
   * @return a new value without the others
   */
  public EndpointAddr filter(Predicate<? super TransportAddr> wanted) {
    return new EndpointAddr(id, addrs.stream().filter(wanted).toList());
  }

  /**
   * The endpoint.
   *
   * @return its id
   */
  public EndpointId id() {
    return id;
  }

  /**
   * All addresses in their order.
   *
   * @return an unmodifiable set, possibly empty
   */
  public SortedSet<TransportAddr> addrs() {
    return addrs;
  }

  /**
   * The relays, in order.
   *
   * @return an unmodifiable list, possibly empty
   */
  public List<RelayUrl> relayUrls() {
    return addrs.stream()
        .filter(TransportAddr.Relay.class::isInstance)
        .map(addr -> ((TransportAddr.Relay) addr).url())
        .toList();
  }

  /**
   * The IP addresses, in order.
   *
   * @return an unmodifiable list of resolved addresses, possibly empty
   */
  public List<InetSocketAddress> ipAddrs() {
    return addrs.stream()
        .filter(TransportAddr.Ip.class::isInstance)
        .map(addr -> ((TransportAddr.Ip) addr).address())
        .toList();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EndpointAddr addr && id.equals(addr.id) && addrs.equals(addr.addrs);
  }

  @Override
  public int hashCode() {
    return 31 * id.hashCode() + addrs.hashCode();
  }

  /** The id and all addresses, for logs; use an {@link EndpointTicket} to pass an address on. */
  @Override
  public String toString() {
    return id + " " + addrs;
  }
}
