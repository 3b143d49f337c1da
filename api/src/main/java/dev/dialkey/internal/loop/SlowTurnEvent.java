package dev.dialkey.internal.loop;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** A turn of an event loop that kept its socket waiting, in JDK Flight Recorder. */
@Name("dialkey.SlowTurn")
@Label("Slow Loop Turn")
@Description("A turn of an event loop took longer than 50 ms")
@Category("Dialkey")
@StackTrace(false)
final class SlowTurnEvent extends Event {
  static void commit(String loop, long turnNanos) {
    var event = new SlowTurnEvent();
    event.loop = loop;
    event.turnNanos = turnNanos;
    event.commit();
  }

  @Label("Loop")
  String loop = "";

  @Label("Turn Time")
  @Timespan(Timespan.NANOSECONDS)
  long turnNanos;
}
