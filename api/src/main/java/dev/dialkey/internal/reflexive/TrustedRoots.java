package dev.dialkey.internal.reflexive;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Base64;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** The certificates that this JVM trusts to vouch for servers, in PEM form. Stateless. */
public final class TrustedRoots {
  private static final int LINE_CHARS = 64;

  private TrustedRoots() {}

  /**
   * The JVM's own and further ones.
   *
   * @param further certificates in PEM form; may be empty
   * @throws IOException when the JVM's cannot be read
   */
  public static byte[] withSystem(String further) throws IOException {
    var text = new StringBuilder(further).append('\n');
    Base64.Encoder base64 =
        Base64.getMimeEncoder(LINE_CHARS, "\n".getBytes(StandardCharsets.US_ASCII));
    try {
      for (X509Certificate root : systemRoots()) {
        text.append("-----BEGIN CERTIFICATE-----\n")
            .append(base64.encodeToString(root.getEncoded()))
            .append("\n-----END CERTIFICATE-----\n");
      }
    } catch (GeneralSecurityException e) {
      throw new IOException("cannot read the certificates that this JVM trusts", e);
    }
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }

  private static X509Certificate[] systemRoots() throws GeneralSecurityException {
    var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    @Nullable KeyStore systemsOwn = null;
    factory.init(systemsOwn);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509TrustManager x509) {
        return x509.getAcceptedIssuers();
      }
    }
    return new X509Certificate[0];
  }
}
