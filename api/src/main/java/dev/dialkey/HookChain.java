package dev.dialkey;

import dev.dialkey.addressing.Alpn;
import dev.dialkey.addressing.EndpointAddr;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.function.Function;

/**
 * The hooks of an endpoint in their order. Thread-safe as far as they are.
 *
 * @param hooks the hooks
 */
record HookChain(List<EndpointHooks> hooks) {
  private static final Logger LOG = System.getLogger("dev.dialkey.hooks");

  HookChain {
    hooks = List.copyOf(hooks);
  }

  Decision beforeConnect(EndpointAddr addr, Alpn alpn) {
    return decide(hook -> hook.beforeConnect(addr, alpn));
  }

  Decision afterHandshake(Connection connection) {
    return decide(hook -> hook.afterHandshake(connection));
  }

  private Decision decide(Function<EndpointHooks, Decision> question) {
    for (EndpointHooks hook : hooks) {
      Decision decision = ask(hook, question);
      if (decision instanceof Decision.Reject) {
        return decision;
      }
    }
    return Decision.accept();
  }

  private static Decision ask(EndpointHooks hook, Function<EndpointHooks, Decision> question) {
    try {
      return question.apply(hook);
    } catch (RuntimeException | Error e) { // Nobody may pass a hook that is broken.
      LOG.log(Level.WARNING, "a hook failed, which rejects the connection", e);
      return Decision.reject();
    }
  }
}
