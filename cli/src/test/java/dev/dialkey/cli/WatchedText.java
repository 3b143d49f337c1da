package dev.dialkey.cli;

import java.io.Writer;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Text that one thread writes and another one waits for. */
public final class WatchedText extends Writer {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final ReentrantLock own = new ReentrantLock();
  private final Condition grown = own.newCondition();
  private final StringBuilder text = new StringBuilder();
  private boolean ended;

  @Override
  public void write(char[] chars, int offset, int length) {
    own.lock();
    try {
      text.append(chars, offset, length);
      grown.signalAll();
    } finally {
      own.unlock();
    }
  }

  /** The first group of the first match; waits for it. */
  public String await(String regex) throws InterruptedException {
    Pattern pattern = Pattern.compile(regex);
    long nanos = PATIENCE.toNanos();
    own.lock();
    try {
      while (true) {
        Matcher matcher = pattern.matcher(text);
        if (matcher.find()) {
          return matcher.group(matcher.groupCount() > 0 ? 1 : 0);
        }
        if (ended || nanos <= 0) {
          throw new AssertionError("no " + regex + " in: " + text);
        }
        nanos = grown.awaitNanos(nanos);
      }
    } finally {
      own.unlock();
    }
  }

  @Override
  public void flush() {}

  /** Nothing more comes. */
  @Override
  public void close() {
    own.lock();
    try {
      ended = true;
      grown.signalAll();
    } finally {
      own.unlock();
    }
  }

  @Override
  public String toString() {
    own.lock();
    try {
      return text.toString();
    } finally {
      own.unlock();
    }
  }
}
