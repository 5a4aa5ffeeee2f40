package dev.howdah.server.bucket;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;

/**
 * Keeps objects so that the owner of the bucket they are in can neither read nor change them. New
 * ones go to one bucket; older ones may be in the directory that was used before it.
 */
public final class Depot {
  private static final int KEY = 32;

  /** Names the directory, wherever the data directory is now. */
  private static final String DIRECTORY = "directory";

  private final Bucket directory;
  private final Optional<Bucket> elsewhere;
  private final SecureRandom random;

  /**
   * A depot in a directory or, when there is one, in a bucket elsewhere.
   *
   * @param elsewhere where new objects go instead
   */
  public Depot(Bucket directory, Optional<Bucket> elsewhere, SecureRandom random) {
    this.directory = directory;
    this.elsewhere = elsewhere;
    this.random = random;
  }

  /** The name of where new objects go, to be kept with each. */
  public String store() {
    return elsewhere.map(Bucket::place).orElse(DIRECTORY);
  }

  private Bucket bucket() {
    return elsewhere.orElse(directory);
  }

  private Bucket bucket(String store) throws IOException {
    if (store.equals(DIRECTORY)) {
      return directory;
    }
    return elsewhere
        .filter(bucket -> bucket.place().equals(store))
        .orElseThrow(() ->
            new IOException(
                "it is kept in %s, and this server knows %s only; start it with HOWDAH_BACKUP_BUCKET"
                        .formatted(store, place())
                    + " and _ENDPOINT as they were"));
  }

  /** A key for one object that is written once, as text to keep sealed. */
  public String newKey() {
    byte[] key = new byte[KEY];
    random.nextBytes(key);
    return Base64.getEncoder().encodeToString(key);
  }

  private static byte[] bytes(String key) {
    return Base64.getDecoder().decode(key);
  }

  /** Begins to write an object under a key that nothing was written under before. */
  public Deposit deposit(String name, String key) throws IOException {
    return new Deposit(bucket().upload(name), bytes(key));
  }

  /**
   * Reads an object.
   *
   * @param store where it was deposited
   * @param size how many bytes were deposited
   * @param from the first byte to read
   */
  public InputStream open(String store, String name, String key, long size, long from)
      throws IOException {
    InputStream sealed = bucket(store).read(name, Segments.begin(from));
    return Segments.open(sealed, bytes(key), size, from);
  }

  /** Deletes an object, whole or not. Idempotent. */
  public void delete(String store, String name) throws IOException {
    bucket(store).delete(name);
  }

  /** Where new objects go, for people. */
  public String place() {
    return bucket().place();
  }

  /** An object being written, which is not there before {@link #complete}. */
  public static final class Deposit {
    private final Bucket.Upload upload;
    private final Segments.Sealing sealing;
    private final MessageDigest digest;
    private final OutputStream stream;
    private long size;

    private Deposit(Bucket.Upload upload, byte[] key) {
      this.upload = upload;
      this.sealing = Segments.seal(upload, key);
      try {
        this.digest = MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException impossible) {
        throw new IllegalStateException(impossible);
      }
      this.stream =
          new FilterOutputStream(new DigestOutputStream(sealing, digest)) {
            @Override
            public void write(byte[] from, int offset, int length) throws IOException {
              out.write(from, offset, length);
              size += length;
            }

            @Override
            public void write(int one) throws IOException {
              out.write(one);
              size++;
            }
          };
    }

    /** Takes the bytes of the object. */
    public OutputStream stream() {
      return stream;
    }

    /** Makes the object visible once it is safely kept. */
    public void complete() throws IOException {
      sealing.finish();
      upload.publish();
    }

    /** Forgets what was written. */
    public void abandon() throws IOException {
      upload.close();
    }

    /** Bytes taken so far. */
    public long size() {
      return size;
    }

    /** The SHA-256 of the bytes taken; to be asked once, when it is complete. */
    public byte[] sha256() {
      return digest.digest();
    }
  }
}
