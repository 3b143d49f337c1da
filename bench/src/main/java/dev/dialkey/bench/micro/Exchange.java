package dev.dialkey.bench.micro;

import dev.dialkey.bindings.NativeConnection;
import dev.dialkey.bindings.NativeStatus;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * One message after another on a stream, in steps that can be measured one by one: {@link #send},
 * {@link #arrive}, {@link #read}, {@link #settle}. Pieces and locks are those of the product's
 * stream halves. For one thread.
 */
final class Exchange implements AutoCloseable {
  private static final int MAX_HEAP_PIECE = 64 * 1024;
  private static final int MAX_NATIVE_PIECE = 256 * 1024;
  private static final long STREAM = 0;

  /** The congestion window doubles with each message, so a dozen would do. */
  private static final int MAX_WARM_UP_MESSAGES = 1_000;

  private final MemoryPair pair;
  private final Arena arena = Arena.ofConfined();
  private final int size;
  private final boolean heap;
  private final byte[] array;
  private final MemorySegment segment;

  private Exchange(MemoryPair pair, int size, Memory memory) {
    this.pair = pair;
    this.size = size;
    this.heap = memory == Memory.HEAP;
    this.array = new byte[size];
    this.segment = arena.allocate(size);
  }

  /** Connects two ends and sends until a whole message of this size goes at once. */
  static Exchange open(int size, Memory memory) throws IOException {
    Exchange exchange = new Exchange(MemoryPair.connected(), size, memory);
    try {
      exchange.openWindow();
      return exchange;
    } catch (IllegalStateException e) {
      exchange.close();
      throw e;
    }
  }

  /** However small the window was at first, in the end a whole message also arrives at once. */
  private void openWindow() {
    for (int i = 0; i < MAX_WARM_UP_MESSAGES; i++) {
      long sent = pushAndFlush();
      arrive();
      long arrived = take(sent);
      long atOnce = arrived;
      while (arrived < sent) {
        settle(); // The engine takes as much as the window allows, and headers need some of it.
        arrived += checkedProgress(take(sent - arrived));
      }
      settle();
      if (atOnce == size) {
        return;
      }
    }
    throw new IllegalStateException("the window does not grow to " + size);
  }

  /** Gives a message to the client's engine and sends its packets. */
  void send() {
    check(pushAndFlush());
  }

  private long pushAndFlush() {
    long now = System.nanoTime();
    pair.client.lock.lock();
    try {
      long taken = push(now);
      pair.client.sendAll(now);
      return taken;
    } finally {
      pair.client.lock.unlock();
    }
  }

  private long push(long now) {
    NativeConnection engine = pair.client.connection();
    int most = heap ? MAX_HEAP_PIECE : MAX_NATIVE_PIECE;
    int done = 0;
    while (done < size) {
      int piece = Math.min(size - done, most);
      long sent =
          heap
              ? engine.streamSend(now, STREAM, array, done, piece, false)
              : engine.streamSend(now, STREAM, segment.address() + done, piece, false);
      done += (int) checked(sent);
      if (sent < piece) {
        break;
      }
    }
    return done;
  }

  /** The server's turn: its packets into the engine, the events out of it, and the answer sent. */
  void arrive() {
    long now = System.nanoTime();
    pair.server.receive(now);
    pair.server.flush(now);
  }

  /** Reads the message out of the server's engine. */
  void read() {
    check(take(size));
  }

  /** Reads until so much is read or there is no more. */
  private long take(long wanted) {
    long done = 0;
    while (done < wanted) {
      long taken = takeOnce(done, wanted - done);
      if (taken == NativeStatus.DONE) {
        break;
      }
      done += checked(taken);
    }
    return done;
  }

  /** One read of the product: the lock, one piece, and a flush where the peer needs the credit. */
  private long takeOnce(long at, long wanted) {
    long now = System.nanoTime();
    MemoryEnd server = pair.server;
    server.lock.lock();
    try {
      NativeConnection engine = server.connection();
      int piece = (int) Math.min(wanted, heap ? MAX_HEAP_PIECE : MAX_NATIVE_PIECE);
      long taken =
          heap
              ? engine.streamReceive(now, STREAM, array, (int) at, piece)
              : engine.streamReceive(now, STREAM, segment.address() + at, piece);
      if (taken > 0 && (engine.receiveFlags() & NativeConnection.CREDIT_WAITS) != 0) {
        server.sendAll(now);
      }
      return taken;
    } finally {
      server.lock.unlock();
    }
  }

  /** Lets the acknowledgements come back. */
  void settle() {
    pair.settle();
  }

  private static long checked(long result) {
    if (result < 0) {
      throw new IllegalStateException("the stream fails with status " + result);
    }
    return result;
  }

  private static long checkedProgress(long taken) {
    if (taken == 0) {
      throw new IllegalStateException("both ends are done, but data is missing");
    }
    return taken;
  }

  private void check(long done) {
    if (done != size) {
      throw new IllegalStateException("only " + done + " of " + size + " bytes went through");
    }
  }

  @Override
  public void close() {
    pair.close();
    arena.close();
  }
}
