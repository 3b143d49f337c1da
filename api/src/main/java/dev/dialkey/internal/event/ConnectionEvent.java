package dev.dialkey.internal.event;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A connection in JDK Flight Recorder, from the end of its handshake to its own. */
@Name("dialkey.Connection")
@Label("QUIC Connection")
@Description("From the end of the handshake to the end of the connection")
@Category("Dialkey")
@StackTrace(false)
final class ConnectionEvent extends Event {
  @Label("Endpoint")
  String endpoint = "";

  @Label("Connection Id")
  long connectionId;

  @Label("Side")
  String side = "";

  @Label("Remote Id")
  String remoteId = "";

  @Label("ALPN")
  String alpn = "";

  @Label("Close Reason")
  String reason = "";

  @Label("Bytes Sent")
  @DataAmount
  long bytesSent;

  @Label("Bytes Received")
  @DataAmount
  long bytesReceived;

  @Label("Packets Lost")
  long packetsLost;
}
