package dev.howdah.server.key;

import dev.howdah.server.platform.ApiError;
import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;

/**
 * An OpenSSH public key, read and found sound.
 *
 * @param type such as {@code ssh-ed25519}
 * @param body the key itself, in Base64
 * @param comment what follows it, or empty text
 */
record PublicKey(String type, String body, String comment) {
  private static final int SMALLEST_RSA = 2048;
  private static final int LARGEST_RSA = 16384;
  private static final int ED25519_BYTES = 32;

  /**
   * Reads {@code type base64 comment}.
   *
   * @throws ApiError 422 when it is not a public key that can be used
   */
  static PublicKey parse(String text) {
    String line = text.strip();
    if (line.contains("PRIVATE KEY")) {
      throw ApiError.invalid(
          "This is a private key. Keep it to yourself, and add the public one: it is in the file"
              + " whose name ends in .pub.");
    }
    String[] parts = line.split("[ \\t]+", 3);
    if (parts.length < 2 || line.contains("\n")) {
      throw nonsense();
    }
    try {
      PublicKey key = new PublicKey(parts[0], parts[1], parts.length == 3 ? parts[2].strip() : "");
      key.check();
      return key;
    } catch (IllegalArgumentException | BufferUnderflowException notAKey) {
      throw nonsense();
    }
  }

  /** The key in one line. */
  String line() {
    return (type + " " + body + " " + comment).strip();
  }

  private byte[] bytes() {
    return Base64.getDecoder().decode(body);
  }

  /** The MD5 of the key as old tools and the Platform API show it, in pairs between colons. */
  String fingerprint() {
    try {
      return HexFormat.ofDelimiter(":").formatHex(MessageDigest.getInstance("MD5").digest(bytes()));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** Reads the key's fields (RFC 4253 §6.6, 5656 §3.1, 8709 §4) to the last byte. */
  private void check() {
    ByteBuffer fields = ByteBuffer.wrap(bytes());
    if (!text(fields).equals(type)) {
      throw nonsense();
    }
    switch (type) {
      case "ssh-rsa" -> checkRsa(fields);
      case "ssh-ed25519" -> checkLength(next(fields), ED25519_BYTES);
      case "sk-ssh-ed25519@openssh.com" -> {
        checkLength(next(fields), ED25519_BYTES);
        next(fields); // the application the hardware key was made for
      }
      case "ecdsa-sha2-nistp256" -> checkPoint(fields, "nistp256", 32);
      case "ecdsa-sha2-nistp384" -> checkPoint(fields, "nistp384", 48);
      case "ecdsa-sha2-nistp521" -> checkPoint(fields, "nistp521", 66);
      case "sk-ecdsa-sha2-nistp256@openssh.com" -> {
        checkPoint(fields, "nistp256", 32);
        next(fields);
      }
      case "ssh-dss" ->
          throw ApiError.invalid(
              "DSA keys are no longer secure. Make a new key with `ssh-keygen -t ed25519`.");
      default ->
          throw ApiError.invalid(
              "Keys of this type are not supported. Make one with `ssh-keygen -t ed25519`.");
    }
    if (fields.hasRemaining()) {
      throw nonsense();
    }
  }

  private static void checkRsa(ByteBuffer fields) {
    BigInteger exponent = number(fields);
    BigInteger modulus = number(fields);
    if (!exponent.testBit(0) || exponent.bitLength() < 2 || !modulus.testBit(0)) {
      throw nonsense();
    }
    if (modulus.bitLength() < SMALLEST_RSA || modulus.bitLength() > LARGEST_RSA) {
      throw ApiError.invalid(
          "An RSA key must have "
              + SMALLEST_RSA
              + " to "
              + LARGEST_RSA
              + " bits, this one has "
              + modulus.bitLength()
              + ". Make a new key with `ssh-keygen -t ed25519`.");
    }
  }

  private static void checkPoint(ByteBuffer fields, String curve, int coordinate) {
    if (!text(fields).equals(curve)) {
      throw nonsense();
    }
    byte[] point = next(fields);
    checkLength(point, 1 + 2 * coordinate);
    if (point[0] != 4) { // uncompressed, the only form OpenSSH writes
      throw nonsense();
    }
  }

  private static void checkLength(byte[] field, int length) {
    if (field.length != length) {
      throw nonsense();
    }
  }

  private static BigInteger number(ByteBuffer fields) {
    byte[] bytes = next(fields);
    BigInteger number = bytes.length == 0 ? BigInteger.ZERO : new BigInteger(bytes);
    if (number.signum() <= 0) {
      throw nonsense();
    }
    return number;
  }

  private static String text(ByteBuffer fields) {
    return new String(next(fields), StandardCharsets.US_ASCII);
  }

  private static byte[] next(ByteBuffer fields) {
    int length = fields.getInt();
    if (length < 0 || length > fields.remaining()) {
      throw nonsense();
    }
    byte[] field = new byte[length];
    fields.get(field);
    return field;
  }

  private static ApiError nonsense() {
    return ApiError.invalid(
        "public_key is not an OpenSSH public key. Send the whole line of a file such as"
            + " ~/.ssh/id_ed25519.pub.");
  }
}
