package dev.dialkey.cli.shell;

import dev.dialkey.CloseReason;
import dev.dialkey.ConnectionClosedException;
import dev.dialkey.DialTimeoutException;
import dev.dialkey.DialkeyException;
import dev.dialkey.DialkeyTimeoutException;
import dev.dialkey.HandshakeException;
import dev.dialkey.NoAddressException;
import dev.dialkey.SelfDialException;
import dev.dialkey.StreamException;
import dev.dialkey.WeakPeerIdException;
import java.io.InterruptedIOException;

/** Says what went wrong and what the user can do about it. */
public final class Advice {

  private Advice() {}

  public static String on(Exception e) {
    return switch (e) {
      case DialkeyException known -> on(known);
      case InterruptedIOException interrupted -> "interrupted";
      default -> e.getMessage() == null ? e.toString() : e.getMessage();
    };
  }

  private static String on(DialkeyException e) {
    String advice =
        switch (e) {
          case DialTimeoutException timeout ->
              "check that the other side still runs and that UDP gets through, and ask it for a"
                  + " new ticket";
          case NoAddressException none -> "ask the other side for a new ticket";
          case SelfDialException self ->
              "unset IROH_SECRET here, or use the ticket of another endpoint";
          case WeakPeerIdException weak -> "ask the other side for a new ticket";
          case HandshakeException handshake ->
              "check that the ticket is the one that the other side printed last, and that it"
                  + " serves this protocol";
          case ConnectionClosedException closed -> onEnd(closed.reason());
          case DialkeyTimeoutException timeout ->
              "the other side is connected but does not answer: it may be overloaded, try again";
          case StreamException stream ->
              "the other side gave a stream up: check that it serves this protocol";
          default -> ""; // Its message says all there is to say.
        };
    return advice.isEmpty() ? e.getMessage() + "" : e.getMessage() + ": " + advice;
  }

  private static String onEnd(CloseReason reason) {
    return switch (reason) {
      case CloseReason.ApplicationClosed closed -> "the other side ended it; start it again";
      case CloseReason.TransportClosed closed ->
          "the other side refused; check that both run a current version";
      case CloseReason.Reset reset -> "the other side was restarted; ask it for a new ticket";
      case CloseReason.IdleTimeout idle -> "check the network and that the other side still runs";
      case CloseReason.LocallyClosed local -> "try again";
      case CloseReason.VersionMismatch version -> "update the older side";
    };
  }
}
