package dev.dialkey.bench.peer;

import java.io.IOException;
import java.security.GeneralSecurityException;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/** What both sides of TLS over TCP have in common. */
final class TlsSettings {

  private TlsSettings() {}

  static SSLContext server(Identity identity) throws IOException {
    // Without tickets each handshake is a full one.
    System.setProperty("jdk.tls.server.newSessionTicketCount", "0");
    try {
      KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
      keys.init(identity.keyStore(), new char[0]);
      return context(keys.getKeyManagers(), null);
    } catch (GeneralSecurityException e) {
      throw new IOException("TLS does not take the key: " + e.getMessage(), e);
    }
  }

  static SSLContext client() throws IOException {
    try {
      return context(null, new TrustManager[] {new TrustAnyone()});
    } catch (GeneralSecurityException e) {
      throw new IOException("there is no TLS: " + e.getMessage(), e);
    }
  }

  private static SSLContext context(KeyManager @Nullable [] keys, TrustManager @Nullable [] trust)
      throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(keys, trust, null);
    return context;
  }

  static SSLParameters parameters() {
    SSLParameters parameters =
        new SSLParameters(new String[] {"TLS_AES_128_GCM_SHA256"}, new String[] {"TLSv1.3"});
    parameters.setApplicationProtocols(new String[] {Peer.ALPN});
    parameters.setNamedGroups(new String[] {"x25519"});
    return parameters;
  }
}
