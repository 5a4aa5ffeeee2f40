package dev.howdah.server.secret;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.UUID;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts what must not be readable in the control database: AES-256-GCM under a key kept in a
 * file of its own. Each value is bound to what it belongs to, so that a sealed value moved to
 * another row does not open. Safe for use by any number of threads.
 */
public final class Vault {
  private static final byte FORMAT = 1;
  private static final int NONCE = 12;
  private static final int TAG_BITS = 128;

  private final SecretKey key;
  private final SecureRandom random;

  private Vault(SecretKey key, SecureRandom random) {
    this.key = key;
    this.random = random;
  }

  /**
   * Opens the vault of the key in {@code directory}, which is made, readable only by its owner,
   * when there is none.
   */
  public static Vault open(Path directory, SecureRandom random) throws IOException {
    Path file = directory.resolve("master.key");
    if (Files.notExists(file)) {
      Files.createDirectories(directory);
      byte[] fresh = new byte[32];
      random.nextBytes(fresh);
      Path partial =
          Files.createTempFile(
              directory,
              "master",
              ".partial",
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      try (var channel = java.nio.channels.FileChannel.open(partial, StandardOpenOption.WRITE)) {
        channel.write(java.nio.ByteBuffer.wrap(fresh));
        channel.force(true);
      }
      try {
        // A link, not a move: two servers starting at once must not replace each other's key.
        Files.createLink(file, partial);
      } catch (FileAlreadyExistsException other) {
        // The other server's key is as good as ours.
      } catch (UnsupportedOperationException noLinks) {
        Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
      }
      Files.deleteIfExists(partial);
    }
    byte[] bytes = Files.readAllBytes(file);
    if (bytes.length != 32) {
      throw new IOException(file + " is not a key of 32 bytes. Put the right one back.");
    }
    return new Vault(new SecretKeySpec(bytes, "AES"), random);
  }

  /** Encrypts {@code text} for {@code owner}. */
  public byte[] seal(UUID owner, String text) {
    byte[] nonce = new byte[NONCE];
    random.nextBytes(nonce);
    try {
      Cipher cipher = cipher(Cipher.ENCRYPT_MODE, nonce, 0, owner);
      byte[] body = cipher.doFinal(text.getBytes(StandardCharsets.UTF_8));
      byte[] sealed = new byte[1 + NONCE + body.length];
      sealed[0] = FORMAT;
      System.arraycopy(nonce, 0, sealed, 1, NONCE);
      System.arraycopy(body, 0, sealed, 1 + NONCE, body.length);
      return sealed;
    } catch (GeneralSecurityException broken) {
      throw new IllegalStateException("this JVM cannot encrypt", broken);
    }
  }

  /** Decrypts what {@link #seal} made for {@code owner}. Throws when key or owner differ. */
  public String open(UUID owner, byte[] sealed) {
    if (sealed.length < 1 + NONCE || sealed[0] != FORMAT) {
      throw new IllegalStateException("not a sealed value");
    }
    try {
      Cipher cipher = cipher(Cipher.DECRYPT_MODE, sealed, 1, owner);
      return new String(
          cipher.doFinal(sealed, 1 + NONCE, sealed.length - 1 - NONCE), StandardCharsets.UTF_8);
    } catch (GeneralSecurityException wrong) {
      throw new IllegalStateException(
          "A sealed value does not open: secrets/master.key is not the key it was sealed with.",
          wrong);
    }
  }

  private Cipher cipher(int mode, byte[] nonce, int offset, UUID owner)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce, offset, NONCE));
    cipher.updateAAD(owner.toString().getBytes(StandardCharsets.US_ASCII));
    return cipher;
  }
}
