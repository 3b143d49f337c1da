package dev.dialkey.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(NativeLeakCheck.class)
class NativeDiagnosticsTest {
  @TempDir Path folder;

  @Test
  void secretsAreAppendedToTheFile() throws Exception {
    // Names are bytes to the system.
    Path file = folder.resolve("keys 1");
    Files.writeString(file, "# before\n");
    try (LoopbackPair pair = LoopbackPair.open()) {
      pair.server.config.keyLog(file);
      pair.connect();
    }

    List<String> lines = Files.readAllLines(file);
    assertThat(lines.getFirst()).isEqualTo("# before");
    assertThat(lines).anyMatch(line -> line.startsWith("CLIENT_TRAFFIC_SECRET_0 "));
  }

  @Test
  void eachSideWritesAFileOfItsOwn() throws Exception {
    try (LoopbackPair pair = LoopbackPair.open()) {
      pair.client.config.qlog(folder, "a-");
      pair.server.config.qlog(folder, "b-");
      pair.connect();
    }

    try (var files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()).sorted().toList())
          .satisfiesExactly(
              name -> assertThat(name).matches("a-[0-9a-f]{32}-client\\.sqlog"),
              name -> assertThat(name).matches("b-[0-9a-f]{32}-server\\.sqlog"));
    }
  }

  @Test
  void whatCannotBeOpenedIsNamed() throws Exception {
    try (LoopbackPeer peer = LoopbackPeer.open("127.0.0.1")) {
      Path missing = folder.resolve("missing");
      assertThatThrownBy(() -> peer.config.keyLog(folder))
          .isInstanceOf(FileSystemException.class)
          .hasMessageStartingWith(folder.toString());
      assertThatThrownBy(() -> peer.config.qlog(missing, ""))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith(missing.toString());
      assertThatThrownBy(() -> peer.config.qlog(folder, "a/b")).isInstanceOf(NativeException.class);
    }
  }
}
