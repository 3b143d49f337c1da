package dev.dialkey.internal.loop;

import dev.dialkey.bindings.PacketBatch;

/** Stands for a connection where a loop's data structures are tested without a loop. */
final class FakeDriven extends Driven {
  private static final String NO_LOOP = "there is no loop here";

  @Override
  public void receive(EndpointLoop loop, PacketBatch batch, int first, int count, long nowNanos) {
    throw new AssertionError(NO_LOOP);
  }

  @Override
  public void release() {}

  @Override
  public long service(EndpointLoop loop, long nowNanos) {
    throw new AssertionError(NO_LOOP);
  }

  @Override
  public void endForeignTurn(long nowNanos) {
    throw new AssertionError(NO_LOOP);
  }

  @Override
  public void giveUp() {
    throw new AssertionError(NO_LOOP);
  }

  @Override
  public EndpointLoop home() {
    throw new AssertionError(NO_LOOP);
  }
}
