package dev.dialkey.bindings;

import dev.dialkey.bindings.ffi.dialkey_h;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** Identity, TLS and transport settings of an endpoint. Thread-safe. */
public final class NativeConfig implements AutoCloseable {
  /** No answer of these calls is longer than the smallest datagram every path carries. */
  private static final int MAX_ANSWER_BYTES = 1_500;

  private static final int SEED_BYTES = 32;

  /** CONNECTION_REFUSED, RFC 9000 section 20.1. */
  private static final long CONNECTION_REFUSED = 0x02;

  /** No ClientHello that is read is longer than 16 KiB, and what it says is part of it. */
  private static final int MAX_HELLO_BYTES = 16_384;

  private static final int TOKEN_IS_VALID = 1;

  /** How this JVM writes names of files: bytes on Linux, and the native side takes no others. */
  private static final Charset FILE_NAMES =
      Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));

  private final long id;
  private final AtomicBoolean closed = new AtomicBoolean();

  private NativeConfig(long id) {
    this.id = id;
  }

  /**
   * A configuration for dialling and accepting. The keys of connection ids and reset tokens are
   * derived from the seed, so that a restarted endpoint resets the connections of its former life.
   *
   * @param seed 32 bytes, not kept in Java
   */
  public static NativeConfig open(byte[] seed) {
    if (seed.length != SEED_BYTES) {
      throw new IllegalArgumentException("a seed has 32 bytes, not " + seed.length);
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment secret = arena.allocateFrom(ValueLayout.JAVA_BYTE, seed);
      MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG);
      try {
        NativeStatus.check(dialkey_h.dk_config_new(secret, dialkey_h.DK_ROLE_BOTH(), out));
        var config = new NativeConfig(out.get(ValueLayout.JAVA_LONG, 0));
        try {
          config.deriveIdKey(seed, secret);
        } catch (NativeException e) {
          config.close();
          throw e;
        }
        return config;
      } finally {
        secret.fill((byte) 0);
      }
    }
  }

  /**
   * A configuration for {@link NamedServer#connect} alone.
   *
   * @param roots the certificates that may vouch for a server, in PEM form
   * @throws NativeException when there is none, or one that cannot be read
   */
  public static NativeConfig openForNames(byte[] roots) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pem = arena.allocateFrom(ValueLayout.JAVA_BYTE, roots);
      MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG);
      NativeStatus.check(dialkey_h.dk_config_new_webpki(pem, roots.length, out));
      return new NativeConfig(out.get(ValueLayout.JAVA_LONG, 0));
    }
  }

  /** Sets an option for connections made from now on; throws when it is out of range. */
  public void set(NativeOption option, long value) {
    NativeStatus.check(dialkey_h.dk_config_set(id, option.code(), value));
  }

  /**
   * Sends a transport parameter with connections made from now on, RFC 9000 section 18.
   *
   * @param parameter its number
   * @param value at most 64 bytes
   */
  public void transportParameter(long parameter, byte[] value) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, value);
      NativeStatus.check(dialkey_h.dk_config_transport_param(id, parameter, bytes, value.length));
    }
  }

  /** Sets the protocols accepted from now on, in TLS form, in order of preference. */
  public void acceptAlpns(byte[] wire) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment list = arena.allocateFrom(ValueLayout.JAVA_BYTE, wire);
      NativeStatus.check(dialkey_h.dk_config_alpn(id, list, wire.length));
    }
  }

  /**
   * Appends the TLS secrets of connections made from now on to a file, as SSLKEYLOGFILE does: who
   * reads it can decrypt their packets.
   *
   * @throws IOException when the file cannot be opened
   */
  public void keyLog(Path file) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment path = bytes(arena, file);
      checkFile(dialkey_h.dk_config_keylog(id, path, path.byteSize()), file);
    }
  }

  /**
   * Writes the events of each connection made from now on to a file of its own: the prefix, the
   * first destination id of the client in hexadecimal, and {@code -client.sqlog} or {@code
   * -server.sqlog}. What cannot be written is passed over.
   *
   * @param prefix without path separators; may be empty
   * @throws IOException when there is no such folder
   */
  public void qlog(Path folder, String prefix) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment path = bytes(arena, folder);
      byte[] start = prefix.getBytes(StandardCharsets.UTF_8);
      MemorySegment name = arena.allocateFrom(ValueLayout.JAVA_BYTE, start);
      checkFile(dialkey_h.dk_config_qlog(id, path, path.byteSize(), name, start.length), folder);
    }
  }

  /** Absolute, for the native side may see another working directory, and never empty. */
  private static MemorySegment bytes(Arena arena, Path path) {
    byte[] name = path.toAbsolutePath().toString().getBytes(FILE_NAMES);
    return arena.allocateFrom(ValueLayout.JAVA_BYTE, name);
  }

  private static void checkFile(int result, Path path) throws IOException {
    if (result == NativeStatus.IO) {
      throw new FileSystemException(path.toString(), null, NativeLibrary.lastError());
    }
    NativeStatus.check(result);
  }

  /**
   * The answer to datagram {@code i} of a version we do not speak; empty when there is to be none.
   */
  public byte[] versionNegotiation(PacketBatch batch, int i) {
    MemorySegment packet = batch.datagram(i);
    return answer((out, capacity) ->
        dialkey_h.dk_version_negotiation(packet, packet.byteSize(), out, capacity));
  }

  /** The stateless reset for datagram {@code i}; empty when its id is none of ours. */
  public byte[] statelessReset(PacketBatch batch, int i) {
    MemorySegment packet = batch.datagram(i);
    return answer((out, capacity) ->
        dialkey_h.dk_stateless_reset(id, packet, packet.byteSize(), out, capacity));
  }

  /**
   * The answer that refuses the connection that the datagram asks for; empty if it asks for none.
   */
  public byte[] refuse(byte[] datagram, NativeAddress from) {
    return refuse(datagram, from, CONNECTION_REFUSED);
  }

  /** As {@link #refuse(byte[], NativeAddress)}, with a transport error code below 2^62. */
  public byte[] refuse(byte[] datagram, NativeAddress from, long code) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment packet = arena.allocateFrom(ValueLayout.JAVA_BYTE, datagram);
      MemorySegment source = write(arena, from);
      return answer((out, capacity) ->
          dialkey_h.dk_refuse(id, packet, packet.byteSize(), source, code, out, capacity));
    }
  }

  /**
   * The Retry packet for the Initial in the datagram, good for 15 seconds; empty when none is due.
   *
   * @param from the client's address, as {@link NativeConnection#accept} will see it
   */
  public byte[] retry(byte[] datagram, NativeAddress from, long nowNanos) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment packet = arena.allocateFrom(ValueLayout.JAVA_BYTE, datagram);
      return retry(packet, write(arena, from), nowNanos);
    }
  }

  /** As {@link #retry(byte[], NativeAddress, long)}, for datagram {@code i}. */
  public byte[] retry(PacketBatch batch, int i, long nowNanos) {
    try (Arena arena = Arena.ofConfined()) {
      return retry(batch.datagram(i), write(arena, batch.from(i)), nowNanos);
    }
  }

  private byte[] retry(MemorySegment packet, MemorySegment from, long nowNanos) {
    return answer((out, capacity) ->
        dialkey_h.dk_retry(id, packet, packet.byteSize(), from, nowNanos, out, capacity));
  }

  /** What the token of the Initial in the datagram says. */
  public NativeToken tokenCheck(byte[] datagram, NativeAddress from, long nowNanos) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment packet = arena.allocateFrom(ValueLayout.JAVA_BYTE, datagram);
      int result =
          dialkey_h.dk_token_check(id, packet, packet.byteSize(), write(arena, from), nowNanos);
      if (result == NativeStatus.CRYPTO) {
        return NativeToken.INVALID;
      }
      return NativeStatus.checkOrDone(result) == TOKEN_IS_VALID
          ? NativeToken.VALID
          : NativeToken.ABSENT;
    }
  }

  /**
   * What a client asks for.
   *
   * @param datagrams of its first flight, the first one first
   * @return empty when the ClientHello is not complete yet
   * @throws NativeException when it is malformed, or the first datagram begins with no Initial
   */
  public static Optional<NativeHello> peek(List<byte[]> datagrams) {
    try (Arena arena = Arena.ofConfined()) {
      long total = datagrams.stream().mapToLong(datagram -> datagram.length).sum();
      MemorySegment packets = arena.allocate(Math.max(total, 1));
      MemorySegment lengths = arena.allocate(ValueLayout.JAVA_INT, Math.max(datagrams.size(), 1));
      long at = 0;
      for (int i = 0; i < datagrams.size(); i++) {
        byte[] datagram = datagrams.get(i);
        MemorySegment.copy(datagram, 0, packets, ValueLayout.JAVA_BYTE, at, datagram.length);
        lengths.setAtIndex(ValueLayout.JAVA_INT, i, datagram.length);
        at += datagram.length;
      }
      MemorySegment out = arena.allocate(MAX_HELLO_BYTES);
      int written =
          NativeStatus.checkOrDone(
              dialkey_h.dk_peek(packets, lengths, datagrams.size(), out, MAX_HELLO_BYTES));
      return written < 0
          ? Optional.empty()
          : Optional.of(NativeHello.read(out.asSlice(0, written)));
    }
  }

  long id() {
    return id;
  }

  /** Frees it once the calls under way have returned; connections made with it live on. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      NativeStatus.check(dialkey_h.dk_config_free(id));
    }
  }

  private void deriveIdKey(byte[] seed, MemorySegment scratch) {
    byte[] key = IdKey.derive(seed);
    try {
      MemorySegment.copy(key, 0, scratch, ValueLayout.JAVA_BYTE, 0, key.length);
      NativeStatus.check(dialkey_h.dk_config_cid_key(id, scratch, Long.BYTES));
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  private static MemorySegment write(Arena arena, NativeAddress address) {
    MemorySegment segment = arena.allocate(NativeAddress.BYTES, 8);
    address.write(segment, 0);
    return segment;
  }

  private interface AnswerCall {
    int write(MemorySegment out, long capacity);
  }

  private static byte[] answer(AnswerCall call) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(MAX_ANSWER_BYTES);
      int length = call.write(out, MAX_ANSWER_BYTES);
      // Whatever a peer sent only means that it gets no answer.
      return NativeMemory.written(out, length);
    }
  }
}
