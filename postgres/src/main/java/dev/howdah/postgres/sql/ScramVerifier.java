package dev.howdah.postgres.sql;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What PostgreSQL stores instead of a password (SCRAM-SHA-256, RFC 5803). Computed here, so that no
 * password is ever sent to a server, where logs and statistics would keep it.
 *
 * @param value the text PostgreSQL keeps in {@code pg_authid.rolpassword}
 */
public record ScramVerifier(String value) {

  /** PostgreSQL's own count; our passwords are random, so more would only cost time per login. */
  private static final int ITERATIONS = 4096;

  private static final int SALT_LENGTH = 16;
  private static final Pattern FORM =
      Pattern.compile("SCRAM-SHA-256\\$[0-9]+:[A-Za-z0-9+/=]+\\$[A-Za-z0-9+/=]+:[A-Za-z0-9+/=]+");
  private static final Pattern PRINTABLE_ASCII = Pattern.compile("[ -~]+");
  private static final SecureRandom RANDOM = new SecureRandom();

  /** Refuses anything that PostgreSQL would take for a clear-text password. */
  public ScramVerifier {
    if (!FORM.matcher(value).matches()) {
      throw new IllegalArgumentException("not a SCRAM-SHA-256 verifier");
    }
  }

  /** A verifier with a fresh random salt. Only printable ASCII passwords are accepted. */
  public static ScramVerifier of(String password) {
    byte[] salt = new byte[SALT_LENGTH];
    RANDOM.nextBytes(salt);
    return of(password, salt, ITERATIONS);
  }

  static ScramVerifier of(String password, byte[] salt, int iterations) {
    // Other characters would need SASLprep, and URLs could not carry them anyway.
    if (!PRINTABLE_ASCII.matcher(password).matches()) {
      throw new IllegalArgumentException("a password is made of printable ASCII characters");
    }
    try {
      byte[] salted =
          SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
              .generateSecret(new PBEKeySpec(password.toCharArray(), salt, iterations, 256))
              .getEncoded();
      byte[] stored = MessageDigest.getInstance("SHA-256").digest(hmac(salted, "Client Key"));
      byte[] server = hmac(salted, "Server Key");
      Base64.Encoder base64 = Base64.getEncoder();
      return new ScramVerifier(
          "SCRAM-SHA-256$%d:%s$%s:%s"
              .formatted(
                  iterations,
                  base64.encodeToString(salt),
                  base64.encodeToString(stored),
                  base64.encodeToString(server)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no HMAC-SHA-256", e);
    }
  }

  /** Says nothing of the value: it allows guessing off line. */
  @Override
  public String toString() {
    return "ScramVerifier[hidden]";
  }

  private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(text.getBytes(StandardCharsets.US_ASCII));
  }
}
