package dev.howdah.server.platform;

import java.time.Duration;

/** Hears of every request that was answered. */
@FunctionalInterface
public interface RequestObserver {
  /** Nobody listens. */
  RequestObserver NONE = (method, route, status, took) -> {};

  /**
   * A request was answered; of a stream, when it began.
   *
   * @param route its path with the names of its parameters
   */
  void answered(String method, String route, int status, Duration took);
}
