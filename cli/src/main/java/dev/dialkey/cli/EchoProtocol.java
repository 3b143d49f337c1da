package dev.dialkey.cli;

/** What both sides of an echo test have to know. */
final class EchoProtocol {
  static final String ALPN = "dialkey/echo/0";

  /** What one stream holds in memory. */
  static final int CHUNK_BYTES = 64 * 1024;

  private EchoProtocol() {}
}
