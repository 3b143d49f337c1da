package dev.dialkey;

import dev.dialkey.addressing.Alpn;
import dev.dialkey.addressing.SecretKey;
import dev.dialkey.internal.endpoint.AsyncCalls;
import dev.dialkey.internal.endpoint.Diagnostics;
import dev.dialkey.internal.endpoint.EndpointCore;
import dev.dialkey.internal.endpoint.EndpointSettings;
import dev.dialkey.internal.endpoint.EndpointSettings.Bind;
import dev.dialkey.internal.endpoint.MachinePreset;
import dev.dialkey.internal.machine.Machine;
import dev.dialkey.internal.machine.SystemMachine;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** Collects what an endpoint is made of; see {@link Endpoint#builder}. Not thread-safe. */
public final class EndpointBuilder {
  private static final int MAX_LOOPS = 64;

  private Optional<SecretKey> secretKey = Optional.empty();
  private List<Alpn> alpns = List.of();
  private List<Bind> binds = new ArrayList<>();
  private int loops = 1;
  private boolean segmentationOffload = true;
  private TransportOptions transport = TransportOptions.defaults();
  private Optional<Executor> executor = Optional.empty();
  private Machine machine = new SystemMachine();
  private Optional<String> name = Optional.empty();
  private AddressDiscovery discovery = AddressDiscovery.none();
  private Diagnostics diagnostics = Diagnostics.NONE;
  private final List<EndpointHooks> hooks = new ArrayList<>();
  private final List<EndpointListener> listeners = new ArrayList<>();

  EndpointBuilder() {}

  /**
   * Applies a bundle of settings.
   *
   * @param preset the bundle
   * @return this
   */
  public EndpointBuilder preset(Preset preset) {
    if (preset instanceof MachinePreset elsewhere) {
      machine = elsewhere.machine();
    }
    preset.apply(this);
    return this;
  }

  /**
   * Sets the identity; without it a new random key is made.
   *
   * @param key the key; the endpoint keeps a copy, so it may be closed after {@link #bind}
   * @return this
   */
  public EndpointBuilder secretKey(SecretKey key) {
    secretKey = Optional.of(key);
    return this;
  }

  /**
   * Sets the protocols that are accepted, in order of preference; without any the endpoint only
   * dials.
   *
   * @param accepted the protocols
   * @return this
   */
  public EndpointBuilder alpns(Alpn... accepted) {
    alpns = List.copyOf(new LinkedHashSet<>(Arrays.asList(accepted)));
    return this;
  }

  /**
   * Sets the protocols that are accepted, by name.
   *
   * @param accepted the names
   * @return this
   */
  public EndpointBuilder alpns(String... accepted) {
    return alpns(Arrays.stream(accepted).map(Alpn::of).toArray(Alpn[]::new));
  }

  /**
   * Binds a socket here in place of the default one of the same family.
   *
   * @param address the address, resolved; port 0 lets the system choose
   * @return this
   */
  public EndpointBuilder bindAddr(InetSocketAddress address) {
    return bindAddr(address, BindOptions.defaults());
  }

  /**
   * Binds a socket here beside the others; one that is a default route takes the place of the
   * family's earlier default route.
   *
   * @param address the address, resolved; port 0 lets the system choose
   * @param options what the socket is used for
   * @return this
   */
  public EndpointBuilder bindAddr(InetSocketAddress address, BindOptions options) {
    if (address.isUnresolved()) {
      throw new IllegalArgumentException("not resolved: " + address);
    }
    if (options.defaultRoute()) {
      binds.removeIf(
          bind -> bind.options().defaultRoute() && isIpv4(bind.address()) == isIpv4(address));
    }
    binds.add(new Bind(address, options));
    return this;
  }

  /**
   * Sets how many event loops share each bound address, each with a thread and a socket of its own
   * (SO_REUSEPORT); for servers of many busy connections on many cores. One connection's packets go
   * through one of them.
   *
   * @param count 1 to 64; 1 by default. More than 1 needs Linux
   * @return this
   */
  public EndpointBuilder loops(int count) {
    if (count < 1 || count > MAX_LOOPS) {
      throw new IllegalArgumentException("an address has 1 to 64 loops, not " + count);
    }
    loops = count;
    return this;
  }

  /**
   * Sets whether one system call may send many datagrams at once, where the system can; off for
   * network cards that get it wrong. It costs several times the processor time.
   *
   * @param enabled on by default
   * @return this
   */
  public EndpointBuilder segmentationOffload(boolean enabled) {
    segmentationOffload = enabled;
    return this;
  }

  /**
   * Removes all sockets, those of presets included.
   *
   * @return this
   */
  public EndpointBuilder clearIpTransports() {
    binds = new ArrayList<>();
    return this;
  }

  /**
   * Sets the QUIC options.
   *
   * @param options the options
   * @return this
   */
  public EndpointBuilder transport(TransportOptions options) {
    transport = options;
    return this;
  }

  /**
   * Sets the servers that are asked at which addresses this endpoint is seen from outside; {@link
   * Endpoint#addr()} lists those too.
   *
   * @param servers none by default
   * @return this
   */
  public EndpointBuilder addressDiscovery(AddressDiscovery servers) {
    discovery = servers;
    return this;
  }

  /**
   * Appends the TLS secrets of all connections to the file that the environment variable
   * SSLKEYLOGFILE names, if it is set. Whoever reads that file can decrypt their packets, for
   * example Wireshark.
   *
   * @param enabled off by default
   * @return this
   */
  public EndpointBuilder keyLog(boolean enabled) {
    String named = System.getenv("SSLKEYLOGFILE");
    Optional<Path> file =
        enabled && named != null && !named.isEmpty()
            ? Optional.of(Path.of(named))
            : Optional.empty();
    diagnostics = new Diagnostics(file, diagnostics.qlog());
    return this;
  }

  /**
   * As {@link #keyLog(boolean)}, with a file of the caller's choice. It is made, readable by its
   * owner alone, when it is not there; {@link #bind} fails when it cannot be.
   *
   * @param file the file
   * @return this
   */
  public EndpointBuilder keyLog(Path file) {
    diagnostics = new Diagnostics(Optional.of(file), diagnostics.qlog());
    return this;
  }

  /**
   * Writes what the QUIC engine does in each connection to a file of its own, for qvis and the
   * like. That costs time and space: for looking into problems.
   *
   * @param folder where the files are made; {@link #bind} fails when it is not there
   * @param prefix what their names begin with, without path separators; may be empty
   * @return this
   */
  public EndpointBuilder qlog(Path folder, String prefix) {
    if (prefix.contains("/") || prefix.contains("\\")) {
      throw new IllegalArgumentException("a prefix has no path separators: " + prefix);
    }
    diagnostics =
        new Diagnostics(diagnostics.keyLog(), Optional.of(new Diagnostics.Qlog(folder, prefix)));
    return this;
  }

  /**
   * Adds hooks, which are asked after those added before.
   *
   * @param added the hooks
   * @return this
   */
  public EndpointBuilder hooks(EndpointHooks added) {
    hooks.add(added);
    return this;
  }

  /**
   * Adds an observer.
   *
   * @param added the observer
   * @return this
   */
  public EndpointBuilder listener(EndpointListener added) {
    listeners.add(added);
    return this;
  }

  /**
   * Sets who runs callbacks and dependents of futures; by default each on a new virtual thread.
   *
   * @param callbackExecutor the executor; it must not run tasks in the calling thread
   * @return this
   */
  public EndpointBuilder executor(Executor callbackExecutor) {
    executor = Optional.of(callbackExecutor);
    return this;
  }

  /**
   * Sets the name in logs; by default the short form of the id.
   *
   * @param endpointName the name
   * @return this
   */
  public EndpointBuilder name(String endpointName) {
    name = Optional.of(endpointName);
    return this;
  }

  /**
   * Binds the sockets and starts the endpoint. The caller closes it.
   *
   * @return the endpoint
   * @throws EndpointBindException when the native library cannot be used or a socket cannot be
   *     bound; the message says what to do
   * @throws IOException never of another kind; kept for what later versions do here
   */
  public Endpoint bind() throws IOException {
    if (binds.isEmpty()) {
      throw new IllegalStateException(
          "the endpoint has no socket: start from Presets.minimal() or call bindAddr");
    }
    // A copy, so that closing the caller's key does not break the endpoint.
    SecretKey key = secretKey.map(given -> copy(given)).orElseGet(SecretKey::generate);
    Executor safe = callbacks();
    var settings =
        new EndpointSettings(
            name.orElseGet(() -> key.endpointId().shortString()),
            key,
            alpns,
            List.copyOf(binds),
            loops,
            segmentationOffload,
            transport,
            discovery,
            diagnostics,
            List.copyOf(listeners),
            safe,
            machine);
    try {
      return new Endpoint(EndpointCore.bind(settings), key, safe, new HookChain(hooks));
    } catch (IOException | RuntimeException e) {
      key.close();
      throw e;
    }
  }

  /**
   * As {@link #bind}, without blocking.
   *
   * @return the endpoint to come
   */
  public CompletableFuture<Endpoint> bindAsync() {
    return AsyncCalls.start(machine, callbacks(), this::bind);
  }

  void defaultIpTransports() {
    binds = new ArrayList<>();
    binds.add(new Bind(new InetSocketAddress(wildcard(4), 0), BindOptions.defaults()));
    binds.add(new Bind(new InetSocketAddress(wildcard(16), 0), BindOptions.defaults().optional()));
  }

  /** An executor that was shut down must not take an event loop with it. */
  private Executor callbacks() {
    Machine own = machine;
    Executor threads = task -> own.run("dialkey-callback", task);
    if (executor.isEmpty()) {
      return threads;
    }
    Executor chosen = executor.get();
    return task -> {
      try {
        chosen.execute(task);
      } catch (RejectedExecutionException e) {
        threads.execute(task);
      }
    };
  }

  private static SecretKey copy(SecretKey key) {
    byte[] seed = key.toBytes();
    try {
      return SecretKey.fromBytes(seed);
    } finally {
      Arrays.fill(seed, (byte) 0);
    }
  }

  private static boolean isIpv4(InetSocketAddress address) {
    return address.getAddress() instanceof Inet4Address;
  }

  private static InetAddress wildcard(int bytes) {
    try {
      return InetAddress.getByAddress(new byte[bytes]);
    } catch (UnknownHostException e) {
      throw new AssertionError("the length is 4 or 16", e);
    }
  }
}
