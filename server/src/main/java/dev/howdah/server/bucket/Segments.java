package dev.howdah.server.bucket;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts a stream in segments of 64 KiB, each AES-256-GCM under a key that no other stream has.
 * The nonce is the segment's number, and whether it is the last: so no segment can be changed,
 * moved, or cut off unnoticed, and reading may begin anywhere.
 */
final class Segments {
  static final int SIZE = 1 << 16;

  private static final int TAG = 16;
  private static final int NONCE = 12;

  private Segments() {}

  /** Encrypts into {@code out}, which is complete after {@link Sealing#finish}. */
  static Sealing seal(OutputStream out, byte[] key) {
    return new Sealing(out, new SecretKeySpec(key, "AES"));
  }

  /** Where the segment with a byte of the plain stream begins in the encrypted one. */
  static long begin(long from) {
    return from / SIZE * (SIZE + TAG);
  }

  /**
   * Decrypts.
   *
   * @param in the encrypted stream from {@link #begin} on
   * @param size how many bytes the whole plain stream has
   * @param from the first byte of the plain stream to give
   */
  static InputStream open(InputStream in, byte[] key, long size, long from) throws IOException {
    var opening = new Opening(in, new SecretKeySpec(key, "AES"), size, from / SIZE);
    opening.skipNBytes(from % SIZE);
    return opening;
  }

  private static Cipher cipher(int mode, SecretKeySpec key, long number, boolean last)
      throws IOException {
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      byte[] nonce = ByteBuffer.allocate(NONCE).putInt(last ? 1 : 0).putLong(number).array();
      cipher.init(mode, key, new GCMParameterSpec(TAG * 8, nonce));
      return cipher;
    } catch (GeneralSecurityException broken) {
      throw new IOException("this JVM cannot encrypt", broken);
    }
  }

  /** Encrypts what is written to it. */
  static final class Sealing extends OutputStream {
    private final OutputStream out;
    private final SecretKeySpec key;
    private final byte[] plain = new byte[SIZE];
    private final byte[] sealed = new byte[SIZE + TAG];
    private int filled;
    private long number;

    private Sealing(OutputStream out, SecretKeySpec key) {
      this.out = out;
      this.key = key;
    }

    @Override
    public void write(int one) throws IOException {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
      int at = offset;
      int left = length;
      while (left > 0) {
        // A full segment waits until it is sure that it is not the last.
        if (filled == SIZE) {
          flush(false);
        }
        int taken = Math.min(left, SIZE - filled);
        System.arraycopy(from, at, plain, filled, taken);
        filled += taken;
        at += taken;
        left -= taken;
      }
    }

    /** Writes the last segment. */
    void finish() throws IOException {
      flush(true);
    }

    private void flush(boolean last) throws IOException {
      try {
        int length =
            cipher(Cipher.ENCRYPT_MODE, key, number++, last).doFinal(plain, 0, filled, sealed, 0);
        out.write(sealed, 0, length);
        filled = 0;
      } catch (GeneralSecurityException broken) {
        throw new IOException("this JVM cannot encrypt", broken);
      }
    }
  }

  /** Gives what was encrypted, or fails where it was tampered with. */
  private static final class Opening extends InputStream {
    private final InputStream in;
    private final SecretKeySpec key;
    private final long last;
    private final int lastSize;
    private final byte[] sealed = new byte[SIZE + TAG];
    private byte[] plain = new byte[0];
    private int read;
    private long number;

    Opening(InputStream in, SecretKeySpec key, long size, long number) {
      this.in = in;
      this.key = key;
      this.number = number;
      this.last = size == 0 ? 0 : (size - 1) / SIZE;
      this.lastSize = (int) (size - last * SIZE);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      while (read == plain.length) {
        if (number > last) {
          return -1;
        }
        next();
      }
      int given = Math.min(length, plain.length - read);
      System.arraycopy(plain, read, to, offset, given);
      read += given;
      return given;
    }

    private void next() throws IOException {
      boolean isLast = number == last;
      int length = (isLast ? lastSize : SIZE) + TAG;
      if (in.readNBytes(sealed, 0, length) < length) {
        throw new EOFException("the object is cut off");
      }
      try {
        plain = cipher(Cipher.DECRYPT_MODE, key, number, isLast).doFinal(sealed, 0, length);
      } catch (GeneralSecurityException tampered) {
        throw new IOException("the object is damaged, or the key is not its own", tampered);
      }
      read = 0;
      number++;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
