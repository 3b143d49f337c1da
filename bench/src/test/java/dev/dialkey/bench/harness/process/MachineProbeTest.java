package dev.dialkey.bench.harness.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.bench.harness.result.Machine;
import org.junit.jupiter.api.Test;

class MachineProbeTest {

  @Test
  void processorIsAClassAndNotAModel() {
    String cpuinfo =
        """
        processor	: 0
        vendor_id	: GenuineIntel
        model name	: Intel(R) Xeon(R) Processor
        flags		: fpu aes avx512f vaes hypervisor
        """;
    assertThat(MachineProbe.cpu("amd64", cpuinfo))
        .isEqualTo("amd64 GenuineIntel AES VAES AVX-512 virtual");
  }

  @Test
  void armHasFeaturesAndNoVendor() {
    assertThat(MachineProbe.cpu("aarch64", "processor\t: 0\nFeatures\t: fp asimd aes\n"))
        .isEqualTo("aarch64 AES");
  }

  @Test
  void kernelIsCutToItsVersion() {
    assertThat(MachineProbe.kernel("6.18.44-some-host")).isEqualTo("6.18.44");
    assertThat(MachineProbe.kernel("odd")).isEqualTo("odd");
  }

  @Test
  void thisMachineCanBeRead() throws Exception {
    Machine machine = MachineProbe.probe();
    assertThat(machine.cores()).isPositive();
    // The kernel itself accepts no limit below a page or so: less is a number cut short.
    assertThat(machine.receiveBufferMax()).isGreaterThan(1024);
    assertThat(machine.sendBufferMax()).isGreaterThan(1024);
    assertThat(machine.describe()).contains("Linux " + machine.kernel());
  }
}
