package dev.dialkey.internal.loop;

import dev.dialkey.bindings.PacketBatch;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** Where measured steps of a loop end: counts what it is given and has nothing due. */
@NullMarked
final class Sink extends Driven {
  private @Nullable EndpointLoop home;
  private long received;

  /** Datagrams so far. */
  long received() {
    return received;
  }

  @Override
  public void receive(EndpointLoop loop, PacketBatch batch, int first, int count, long nowNanos) {
    home = loop;
    received += count;
  }

  @Override
  public void release() {}

  @Override
  public long service(EndpointLoop loop, long nowNanos) {
    return NO_DEADLINE;
  }

  @Override
  public void endForeignTurn(long nowNanos) {
    throw new AssertionError("there is one loop");
  }

  @Override
  public void giveUp() {
    throw new AssertionError("nothing here goes wrong");
  }

  @Override
  public EndpointLoop home() {
    EndpointLoop loop = home;
    if (loop == null) {
      throw new AssertionError("nothing was received yet");
    }
    return loop;
  }
}
