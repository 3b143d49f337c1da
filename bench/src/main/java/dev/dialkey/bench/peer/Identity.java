package dev.dialkey.bench.peer;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** The P-256 key of a server with a certificate that it signed itself. */
record Identity(PrivateKey key, X509Certificate certificate) {

  static final String ALIAS = "peer";

  /** kwik compares it with what the client dials, whoever else is to be trusted. */
  private static final X500Name NAME = new X500Name("CN=127.0.0.1");

  private static final Duration VALIDITY = Duration.ofDays(2);

  static Identity generate() throws IOException {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair pair = generator.generateKeyPair();
      return new Identity(pair.getPrivate(), certificate(pair));
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IOException("no certificate could be made: " + e.getMessage(), e);
    }
  }

  private static X509Certificate certificate(KeyPair pair)
      throws GeneralSecurityException, OperatorCreationException {
    // Valid from yesterday, so that a clock that is set back a little does no harm.
    Instant start = Instant.now().minus(VALIDITY.dividedBy(2));
    X509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            NAME,
            BigInteger.ONE,
            Date.from(start),
            Date.from(start.plus(VALIDITY)),
            NAME,
            pair.getPublic());
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));
  }

  /** The key under {@link #ALIAS}, with an empty password. */
  KeyStore keyStore() throws IOException {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry(ALIAS, key, new char[0], new Certificate[] {certificate});
      return store;
    } catch (GeneralSecurityException e) {
      throw new IOException("the key fits no key store: " + e.getMessage(), e);
    }
  }
}
