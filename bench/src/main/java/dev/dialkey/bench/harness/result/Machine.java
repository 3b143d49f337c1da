package dev.dialkey.bench.harness.result;

/**
 * The kind of machine, without what would name this one.
 *
 * @param jdk version of the Java runtime of the driver and of all Java peers
 * @param kernel version of the kernel
 * @param cpu class of the processor
 * @param cores how many of them
 * @param receiveBufferMax largest receive buffer that a socket gets, in bytes
 * @param sendBufferMax largest send buffer that a socket gets, in bytes
 */
public record Machine(
    String jdk, String kernel, String cpu, int cores, long receiveBufferMax, long sendBufferMax) {

  /** One line for people. */
  public String describe() {
    return "%s, %d cores, Linux %s, JDK %s, socket buffers up to %d KiB (receive) and %d KiB (send)"
        .formatted(cpu, cores, kernel, jdk, receiveBufferMax / 1024, sendBufferMax / 1024);
  }
}
