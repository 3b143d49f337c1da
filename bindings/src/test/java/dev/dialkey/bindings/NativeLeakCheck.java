package dev.dialkey.bindings;

import java.io.IOException;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Loads the library before each test and fails the test that leaves native objects alive. */
final class NativeLeakCheck implements BeforeEachCallback, AfterEachCallback {
  static final LiveObjects NONE = new LiveObjects(0, 0, 0);

  @Override
  public void beforeEach(ExtensionContext context) throws IOException {
    NativeLibrary.load();
  }

  @Override
  public void afterEach(ExtensionContext context) throws IOException {
    LiveObjects live = NativeLibrary.load().liveObjects();
    if (!live.equals(NONE)) {
      throw new AssertionError("native objects are left: " + live);
    }
  }
}
