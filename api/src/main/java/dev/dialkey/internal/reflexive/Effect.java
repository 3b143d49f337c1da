package dev.dialkey.internal.reflexive;

import dev.dialkey.holepunch.AddressFamily;
import java.util.Map;

/** What {@link ReflexiveCore} wants done. */
sealed interface Effect {

  /**
   * Look the server up and connect to it.
   *
   * @param probe names the attempt from then on
   */
  record Connect(Probe probe) implements Effect {}

  /**
   * Have the server answer something.
   *
   * @param probe an open connection
   */
  record Ping(Probe probe) implements Effect {}

  /**
   * Close the connection, or give the attempt up; nothing more is to come of it.
   *
   * @param probe the connection
   */
  record Close(Probe probe) implements Effect {}

  /**
   * The addresses are other ones now.
   *
   * @param addresses all that are known
   */
  record Publish(Map<AddressFamily, Reflexive> addresses) implements Effect {
    /** Copies the map. */
    public Publish {
      addresses = Map.copyOf(addresses);
    }
  }
}
