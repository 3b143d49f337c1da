package dev.dialkey.bindings;

import dev.dialkey.bindings.ffi.dialkey_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The loaded native library. Loading happens once; all methods are thread-safe. */
public final class NativeLibrary {
  /** The version of the C interface these bindings were generated for. */
  static final int ABI_VERSION = 3;

  private static final ReentrantLock LOCK = new ReentrantLock();

  /** The one piece of static state: a native library can be loaded once per class loader. */
  private static @Nullable NativeLibrary loaded;

  private final String origin;

  private NativeLibrary(String origin) {
    this.origin = origin;
  }

  /**
   * Loads the library, or returns the one loaded before.
   *
   * @throws NativeLoadException with the remedy, when there is none for this machine, when the JVM
   *     does not allow native access, when the file cannot be executed, or when its interface is of
   *     another version
   */
  public static NativeLibrary load() throws NativeLoadException {
    LOCK.lock();
    try {
      if (loaded == null) {
        String origin = new NativeFinder(System.getProperties(), System.getenv()).load();
        checkAbi(versionOf(origin), origin);
        loaded = new NativeLibrary(origin);
      }
      return loaded;
    } finally {
      LOCK.unlock();
    }
  }

  /** Where the library came from: a file, with a word on how it was found. */
  public String origin() {
    return origin;
  }

  /** The version of its C interface. */
  public int abiVersion() {
    return dialkey_h.dk_abi_version();
  }

  /** Versions of quiche, BoringSSL and the library itself, as one line. */
  public String info() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocate(1024);
      int length = dialkey_h.dk_library_info(text, text.byteSize());
      return utf8(text, length);
    }
  }

  /** How many native objects are alive; all zero once everything is closed. */
  public LiveObjects liveObjects() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment counts = arena.allocate(ValueLayout.JAVA_LONG, 3);
      NativeStatus.check(dialkey_h.dk_live_objects(counts, 3));
      return new LiveObjects(
          counts.getAtIndex(ValueLayout.JAVA_LONG, 0),
          counts.getAtIndex(ValueLayout.JAVA_LONG, 1),
          counts.getAtIndex(ValueLayout.JAVA_LONG, 2));
    }
  }

  /**
   * Has the native side draw what it draws at random on this thread from a seed, or from the system
   * again when it is 0. For simulations: ids can then be repeated, and guessed.
   */
  public void seedThread(long seed) {
    NativeStatus.check(dialkey_h.dk_test_seed(seed));
  }

  /** What the last failed call of this thread left as its explanation. */
  static String lastError() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocate(512);
      return utf8(text, dialkey_h.dk_last_error(text, text.byteSize()));
    }
  }

  private static int versionOf(String origin) throws NativeLoadException {
    try {
      return dialkey_h.dk_abi_version();
    } catch (LinkageError e) {
      throw new NativeLoadException(
          origin + " is no library of Dialkey's: it has no dk_abi_version", e);
    }
  }

  static void checkAbi(int found, String origin) throws NativeLoadException {
    if (found != ABI_VERSION) {
      throw new NativeLoadException(
          "the native library "
              + origin
              + " has interface version "
              + found
              + ", these classes need "
              + ABI_VERSION
              + ": use dialkey-bindings and dialkey-native of the same release");
    }
  }

  private static String utf8(MemorySegment text, int length) {
    return new String(NativeMemory.written(text, length), StandardCharsets.UTF_8);
  }
}
