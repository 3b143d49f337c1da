package dev.dialkey.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Says whose turn it is: of those that are ready, the seed picks one. */
final class Turns {
  /** Turns at one moment; more say that somebody never comes to rest. */
  private static final int MAX_AT_ONCE = 200_000;

  private final SplittableRandom order;
  private final List<Actor> actors = new ArrayList<>();
  private final List<Actor> ready = new ArrayList<>();
  private @Nullable Actor current;
  private int atOnce;

  Turns(SplittableRandom order) {
    this.order = order;
  }

  void add(Actor actor) {
    actors.add(actor);
  }

  /** The one that has the turn; null between turns. */
  @Nullable Actor current() {
    return current;
  }

  /** Lets one of those that are ready take its turn; null when there are none. */
  @Nullable Actor takeOne(long nowNanos) {
    ready.clear();
    for (int i = 0; i < actors.size(); i++) {
      if (actors.get(i).isReady(nowNanos)) {
        ready.add(actors.get(i));
      }
    }
    if (ready.isEmpty()) {
      return null;
    }
    if (++atOnce > MAX_AT_ONCE) {
      throw new SimulationFailure("nothing comes to rest: " + ready);
    }
    Actor next = ready.get(ready.size() == 1 ? 0 : order.nextInt(ready.size()));
    ready.clear(); // A list of those that have ended would keep what their scripts hold.
    current = next;
    next.takeTurn();
    current = null;
    if (next.isOver()) {
      actors.remove(next);
    }
    return next;
  }

  /** Ends this moment; says when the next one is at which somebody is ready. */
  long nextMoment() {
    atOnce = 0;
    long next = Actor.NEVER;
    for (int i = 0; i < actors.size(); i++) {
      next = Math.min(next, actors.get(i).wakesAtNanos());
    }
    return next;
  }
}
