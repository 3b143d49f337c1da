package dev.dialkey.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.cli.TestShell;
import dev.dialkey.testkit.LeakCheck;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
final class DoctorCommandTest {

  @Test
  void tellsPeopleWhatItFinds() {
    TestShell shell = TestShell.plain();
    assertThat(shell.run("doctor")).isZero();
    assertThat(shell.err()).isEmpty();
    assertThat(shell.out())
        .containsPattern("(ok  |hint)  java +Java ")
        .contains("ok    native-access")
        .containsPattern("ok    native-library +dialkey-native .*SHA-256 [0-9a-f]{64}\n")
        .containsPattern("(ok  |hint)  socket-buffers +\\d+ KiB to receive")
        .containsPattern("(ok  |hint)  offload +up to \\d+ packets")
        .containsPattern("ok    self-test +handshake in [0-9.]+ ms, 16 MiB at \\d+ Mbit/s")
        .contains("Dialkey works here")
        .doesNotContain("FAIL");
  }

  @Test
  void tellsProgramsTheSame() {
    TestShell shell = TestShell.plain();
    assertThat(shell.run("doctor", "--json")).isZero();
    assertThat(shell.out())
        .hasLineCount(1)
        .startsWith("{\"works\":true,\"java\":{\"verdict\":\"")
        .containsPattern("\"self-test\":\\{\"verdict\":\"good\"")
        .containsPattern("\"mbit_per_s\":[0-9.]+")
        .containsPattern("\"sha256\":\"[0-9a-f]{64}\"");
  }

  @Test
  void smallBuffersComeWithTheExactCommands() {
    Finding finding = NetworkChecks.buffers(212_992, 4 << 20);
    assertThat(finding.verdict()).isEqualTo(Finding.Verdict.IMPROVABLE);
    assertThat(finding.text()).contains("208 KiB to receive").contains("4096 KiB to send");
    assertThat(finding.advice())
        .contains(
            "  sudo sysctl -w net.core.rmem_max=8388608 net.core.wmem_max=8388608",
            "  printf 'net.core.rmem_max=8388608\\nnet.core.wmem_max=8388608\\n'"
                + " | sudo tee /etc/sysctl.d/50-dialkey.conf")
        .anyMatch(line -> line.contains("TransportOptions.receiveWindow"));
    assertThat(NetworkChecks.buffers(4 << 20, 4 << 20).verdict()).isEqualTo(Finding.Verdict.GOOD);
  }

  @Test
  void missingOffloadIsAHint() {
    assertThat(NetworkChecks.offload(1, 64).verdict()).isEqualTo(Finding.Verdict.IMPROVABLE);
    assertThat(NetworkChecks.offload(64, 64).verdict()).isEqualTo(Finding.Verdict.GOOD);
  }
}
