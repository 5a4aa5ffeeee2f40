package dev.howdah.server.secret;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;

/** Names and secrets drawn at random, and the hash under which API tokens are kept. */
public final class Tokens {
  private static final String LOWER = "abcdefghijklmnopqrstuvwxyz0123456789";
  private static final String ALPHANUMERIC =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

  private final SecureRandom random;

  /** Draws from {@code random}. */
  public Tokens(SecureRandom random) {
    this.random = random;
  }

  /**
   * An API token: {@code HRDH-} and 31 characters, 36 in all, because old clients cut tokens at 40
   * (contract §14). About 184 bits.
   */
  public String apiToken() {
    return "HRDH-" + draw(ALPHANUMERIC, 31);
  }

  /**
   * A database password: 48 characters of {@code [A-Za-z0-9]}, because clients hand it on without
   * decoding (trap 11).
   */
  public String databasePassword() {
    return draw(ALPHANUMERIC, 48);
  }

  /** A name nobody can guess, for addresses that are open to whoever knows them. */
  public String secret() {
    return draw(ALPHANUMERIC, 40);
  }

  /** A role or database name: {@code prefix} and 13 characters, as on Heroku. */
  public String identifier(char prefix) {
    return prefix + draw(LOWER, 13);
  }

  /** A number below {@code bound}. */
  public int number(int bound) {
    return random.nextInt(bound);
  }

  /** The SHA-256 of a token. Tokens are long and random, so a slow hash would add nothing. */
  public static byte[] hash(String token) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** What a list may show of a token: its first and last four characters around ten stars. */
  public static String hint(String token) {
    return token.length() < 12
        ? "**********"
        : token.substring(0, 4) + "**********" + token.substring(token.length() - 4);
  }

  private String draw(String alphabet, int length) {
    StringBuilder drawn = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      drawn.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return drawn.toString();
  }
}
