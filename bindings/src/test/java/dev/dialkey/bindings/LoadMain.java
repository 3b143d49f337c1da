package dev.dialkey.bindings;

import java.io.IOException;

/** A program that loads the library, says from where, and on request waits before it goes on. */
final class LoadMain {
  private LoadMain() {}

  public static void main(String[] args) throws IOException {
    NativeLibrary library;
    try {
      library = NativeLibrary.load();
    } catch (NativeLoadException e) {
      System.out.println("refused: " + e.getMessage());
      System.exit(3);
      return;
    }
    System.out.println("loaded: " + library.origin());
    if (args.length > 0 && args[0].equals("wait")) {
      System.in.read();
    }
    try (NativeConfig config = NativeConfig.open(new byte[32])) {
      config.set(NativeOption.KEEP_ALIVE_MS, 1_000);
    }
    System.out.println("works: " + library.info());
  }
}
