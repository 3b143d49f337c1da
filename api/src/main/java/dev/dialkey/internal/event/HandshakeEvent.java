package dev.dialkey.internal.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A handshake in JDK Flight Recorder. */
@Name("dialkey.Handshake")
@Label("QUIC Handshake")
@Description("From the first flight to the authenticated peer, or to the failure")
@Category("Dialkey")
@StackTrace(false)
final class HandshakeEvent extends Event {
  @Label("Endpoint")
  String endpoint = "";

  @Label("Connection Id")
  long connectionId;

  @Label("Side")
  String side = "";

  @Label("Outcome")
  String outcome = "";
}
