package dev.howdah.server.secret;

import dev.howdah.server.platform.ApiError;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * Argon2id, 19 MiB, two passes. At most two run at once, so that log-ins cannot fill the heap; more
 * wait, and are refused as busy after five seconds.
 */
public final class PasswordHash {
  private static final int MEMORY_KIB = 19 * 1024;
  private static final int PASSES = 2;
  private static final Semaphore ROOM = new Semaphore(2);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private PasswordHash() {}

  /** The hash of {@code password} under a fresh salt, as text to keep. */
  public static String of(String password, SecureRandom random) {
    byte[] salt = new byte[16];
    random.nextBytes(salt);
    Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
    return "argon2id$%d$%d$%s$%s"
        .formatted(
            MEMORY_KIB,
            PASSES,
            base64.encodeToString(salt),
            base64.encodeToString(hash(password, salt, MEMORY_KIB, PASSES)));
  }

  /** Whether {@code password} is the one {@code kept} was made from. */
  public static boolean matches(String password, String kept) {
    String[] parts = kept.split("\\$", -1);
    if (parts.length != 5 || !parts[0].equals("argon2id")) {
      return false;
    }
    Base64.Decoder base64 = Base64.getDecoder();
    byte[] actual =
        hash(
            password,
            base64.decode(parts[3]),
            Integer.parseInt(parts[1]),
            Integer.parseInt(parts[2]));
    return MessageDigest.isEqual(actual, base64.decode(parts[4]));
  }

  private static byte[] hash(String password, byte[] salt, int memoryKib, int passes) {
    var generator = new Argon2BytesGenerator();
    generator.init(
        new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
            .withSalt(salt)
            .withMemoryAsKB(memoryKib)
            .withIterations(passes)
            .withParallelism(1)
            .build());
    byte[] hash = new byte[32];
    enter();
    try {
      generator.generateBytes(password.getBytes(StandardCharsets.UTF_8), hash);
    } finally {
      ROOM.release();
    }
    return hash;
  }

  /** Waits for room, but not for ever: whoever sends thousands of log-ins must not hold up all. */
  private static void enter() {
    try {
      if (!ROOM.tryAcquire(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw ApiError.busy("Too many people log in at once. Try again in a moment.", 5);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw ApiError.busy("The server is stopping. Try again in a moment.", 5);
    }
  }
}
