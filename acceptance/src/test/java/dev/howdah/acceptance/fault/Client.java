package dev.howdah.acceptance.fault;

import dev.howdah.acceptance.RunningServer;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Somebody who does one thing after another by the API, until nobody answers any more. */
abstract class Client {
  final RunningServer server;
  final Random random;
  private int requests;

  Client(RunningServer server, Random random) {
    this.server = server;
    this.random = random;
  }

  /** Does something; throws {@link UncheckedIOException} when the server is gone. */
  abstract void act();

  /** Compares what is there after a crash with what it knows must be, and must not be. */
  abstract void takeStock();

  final void liveUntilTheServerDies() {
    try {
      while (true) {
        act();
      }
    } catch (UncheckedIOException gone) {
      // What it was doing may have happened or not.
    }
  }

  /** A request that may be refused, but never for an error of the server's own. */
  final HttpResponse<String> send(String method, String path, @Nullable Object body) {
    requests++;
    HttpResponse<String> answer = server.request(method, path, body);
    if (answer.statusCode() == 500) {
      throw new AssertionError(
          method + " " + path + " answered " + answer.body() + "\n" + server.log());
    }
    return answer;
  }

  /** A request that nothing stands in the way of. */
  final HttpResponse<String> must(String method, String path, @Nullable Object body) {
    HttpResponse<String> answer = send(method, path, body);
    if (answer.statusCode() / 100 != 2) {
      throw new AssertionError(
          method + " " + path + " answered " + answer.statusCode() + " " + answer.body());
    }
    return answer;
  }

  @Override
  public String toString() {
    return requests + " requests";
  }
}
