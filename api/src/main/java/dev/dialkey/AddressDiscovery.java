package dev.dialkey;

import dev.dialkey.addressing.RelayUrl;
import java.util.ArrayList;
import java.util.List;

/**
 * Relays that tell an endpoint at which addresses it is seen from outside. Behind a NAT these are
 * the addresses that peers on the Internet can reach; the endpoint asks from the very sockets that
 * its connections use, every 20 to 26 seconds, over IPv4 and IPv6, and keeps one connection per
 * family open. The first five relays are asked.
 *
 * <p>A relay that does not answer, or whose certificate is not right, leaves the addresses out; the
 * logger {@code dev.dialkey.reflexive} says why at DEBUG. Immutable.
 *
 * @param relays whom to ask, in this order
 * @param trustedRoots certificates, in PEM form, that may vouch for the relays beside those that
 *     this JVM trusts; may be empty
 */
public record AddressDiscovery(List<Relay> relays, String trustedRoots) {
  /** The UDP port where relays listen if they do not say otherwise. */
  public static final int DEFAULT_PORT = 7_842;

  private static final int MAX_PORT = 65_535;

  /** Copies the list. */
  public AddressDiscovery {
    relays = List.copyOf(relays);
  }

  /**
   * A relay and where it listens.
   *
   * @param url the relay; its certificate is for the host in it
   * @param port UDP, 1 to 65,535; not that of the URL, which is TCP
   */
  public record Relay(RelayUrl url, int port) {

    /**
     * Checks both.
     *
     * @throws IllegalArgumentException when the URL cannot be dialled, or the port is none
     */
    public Relay {
      if (!url.isDialable()) {
        throw new IllegalArgumentException("a relay with an https URL is needed, not " + url);
      }
      if (port < 1 || port > MAX_PORT) {
        throw new IllegalArgumentException("a port is 1 to 65535, not " + port);
      }
    }
  }

  /**
   * Nobody is asked.
   *
   * @return the options
   */
  public static AddressDiscovery none() {
    return new AddressDiscovery(List.of(), "");
  }

  /**
   * Relays that listen at {@link #DEFAULT_PORT}.
   *
   * @param urls the relays, in order
   * @return the options
   * @throws IllegalArgumentException when a URL cannot be dialled
   */
  public static AddressDiscovery of(RelayUrl... urls) {
    AddressDiscovery all = none();
    for (RelayUrl url : urls) {
      all = all.withRelay(url, DEFAULT_PORT);
    }
    return all;
  }

  /**
   * The same with one relay more.
   *
   * @param url the relay
   * @param port UDP, 1 to 65,535
   * @return the options
   * @throws IllegalArgumentException when the URL cannot be dialled, or the port is none
   */
  public AddressDiscovery withRelay(RelayUrl url, int port) {
    List<Relay> more = new ArrayList<>(relays);
    more.add(new Relay(url, port));
    return new AddressDiscovery(more, trustedRoots);
  }

  /**
   * The same with certificates of one's own, for relays that no public authority vouches for.
   *
   * @param pem certificates, in PEM form
   * @return the options
   */
  public AddressDiscovery withTrustedRoots(String pem) {
    return new AddressDiscovery(relays, pem);
  }
}
