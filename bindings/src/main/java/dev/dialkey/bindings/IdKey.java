package dev.dialkey.bindings;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Derives the key of connection ids and reset tokens from an endpoint's secret key. */
final class IdKey {
  private static final byte[] LABEL =
      "dialkey connection id key v1".getBytes(StandardCharsets.US_ASCII);

  private IdKey() {}

  /** 32 bytes that tell nothing of the seed. */
  static byte[] derive(byte[] seed) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(seed, "HmacSHA256"));
      return mac.doFinal(LABEL);
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every JDK has HmacSHA256", e);
    }
  }
}
