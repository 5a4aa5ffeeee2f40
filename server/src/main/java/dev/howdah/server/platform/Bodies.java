package dev.howdah.server.platform;

import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Reads request bodies, never more of them at once than the heap can hold, however many clients
 * send and however slowly.
 */
final class Bodies {
  /**
   * All bodies that are being read or parsed, in bytes: parsed they take some ten times as much.
   */
  private static final int ROOM = 8 * Api.MAX_BODY;

  private static final Duration DEADLINE = Duration.ofSeconds(30);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** What is read of a body that is too large, so that its sender gets to read the refusal. */
  private static final int TOLERATED = 2 * Api.MAX_BODY;

  private final Semaphore room = new Semaphore(ROOM, true);

  /** A body; closing it gives its room back. */
  static final class Body implements AutoCloseable {
    private final byte[] bytes;
    private final Semaphore room;
    private final int taken;

    private Body(byte[] bytes, Semaphore room, int taken) {
      this.bytes = bytes;
      this.room = room;
      this.taken = taken;
    }

    byte[] bytes() {
      return bytes;
    }

    @Override
    public void close() {
      room.release(taken);
    }
  }

  /** The body of a request, at most {@code max} bytes. */
  Body read(HttpServletRequest request, int max) throws IOException {
    long told = request.getContentLengthLong();
    long deadline = System.nanoTime() + DEADLINE.toNanos();
    if (told > max) {
      throw tooLarge(request.getInputStream(), max, deadline);
    }
    // What strangers may send is bounded by the number of connections: it must not keep those out
    // who have an account.
    int taken = max > Api.MAX_PUBLIC_BODY ? (int) (told < 0 ? max : told) : 0;
    take(taken);
    boolean read = false;
    try {
      byte[] bytes = read(request.getInputStream(), max, deadline);
      read = true;
      return new Body(bytes, room, taken);
    } catch (IOException gone) {
      throw ApiError.badRequest("The request's body broke off: " + gone.getMessage());
    } finally {
      if (!read) {
        room.release(taken);
      }
    }
  }

  private void take(int bytes) {
    try {
      if (!room.tryAcquire(bytes, PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        throw ApiError.busy("Too many large requests at once. Please try again in a moment.", 5);
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw ApiError.busy("The server is going down. Please try again in a moment.", 5);
    }
  }

  private static byte[] read(InputStream in, int max, long deadline) throws IOException {
    var body = new ByteArrayOutputStream(1024);
    byte[] buffer = new byte[8192];
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      if (body.size() + n > max) {
        throw tooLarge(in, max, deadline);
      }
      body.write(buffer, 0, n);
      requireTime(deadline);
    }
    return body.toByteArray();
  }

  private static ApiError tooLarge(InputStream in, int max, long deadline) {
    byte[] buffer = new byte[8192];
    int left = TOLERATED;
    try {
      for (int n = in.read(buffer); n >= 0 && left > 0; n = in.read(buffer)) {
        left -= n;
        requireTime(deadline);
      }
    } catch (IOException gone) {
      return ApiError.badRequest("The request's body broke off: " + gone.getMessage());
    }
    return new ApiError(
        413, "request_entity_too_large", "The request body is larger than " + max + " bytes.");
  }

  private static void requireTime(long deadline) {
    if (System.nanoTime() - deadline > 0) {
      throw new ApiError(
          408,
          "request_timeout",
          "The request body took longer than " + DEADLINE.toSeconds() + " seconds.");
    }
  }
}
