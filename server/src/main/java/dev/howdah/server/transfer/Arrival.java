package dev.howdah.server.transfer;

import dev.howdah.postgres.dump.Load;
import dev.howdah.server.platform.Upload;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An archive on its way from a user. The request that brings it waits until a restore has taken all
 * of it, and whatever reads it later is told that it is gone.
 */
final class Arrival implements Load.Source {
  private static final int BUFFER = 1 << 16;

  private final Upload upload;
  private final long most;
  private final AtomicBoolean taken = new AtomicBoolean();
  private final CountDownLatch over = new CountDownLatch(1);

  Arrival(Upload upload, long most) {
    this.upload = upload;
    this.most = most;
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    if (!taken.compareAndSet(false, true)) {
      throw new IOException("The upload was interrupted. Send the file again.");
    }
    try {
      copy(upload.in(), out);
    } finally {
      over.countDown();
    }
  }

  private void copy(InputStream in, OutputStream out) throws IOException {
    byte[] buffer = new byte[BUFFER];
    long total = 0;
    while (true) {
      int n = read(in, buffer);
      if (n < 0) {
        break;
      }
      total += n;
      if (total > most) {
        throw new IOException("The file is larger than the " + most + " bytes that are allowed.");
      }
      out.write(buffer, 0, n);
    }
    if (upload.length() >= 0 && total < upload.length()) {
      throw new IOException(
          "The upload broke off after %d of %d bytes. Send the file again."
              .formatted(total, upload.length()));
    }
  }

  private static int read(InputStream in, byte[] buffer) throws IOException {
    try {
      return in.read(buffer);
    } catch (IOException brokenOff) {
      throw new IOException("The upload broke off. Send the file again.", brokenOff);
    }
  }

  /** Waits a while; answers whether nothing more of it is wanted. */
  boolean isOverWithin(Duration patience) throws InterruptedException {
    return over.await(patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Nobody may read it from now on. */
  void close() {
    taken.set(true);
  }
}
