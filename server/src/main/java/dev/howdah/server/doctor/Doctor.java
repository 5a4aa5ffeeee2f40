package dev.howdah.server.doctor;

import dev.howdah.server.platform.ApiError;
import dev.howdah.server.platform.Caller;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks every check there is. Only operators may: the answers name everybody's databases. */
public final class Doctor {
  private static final Logger log = LoggerFactory.getLogger(Doctor.class);

  private final List<Check> checks;

  /** With checks in the order in which they are shown. */
  public Doctor(List<Check> checks) {
    this.checks = List.copyOf(checks);
  }

  /** What every check finds now. */
  public List<Finding> findings(Caller caller) {
    if (!caller.operator()) {
      throw ApiError.forbidden("Only an operator of this installation may ask how it does.");
    }
    return checks.stream().flatMap(Doctor::findings).toList();
  }

  private static Stream<Finding> findings(Check check) {
    try {
      return check.look().findings().stream();
    } catch (RuntimeException failed) {
      log.warn("the check of {} failed", check.about(), failed);
      return Stream.of(
          Finding.bad(
              check.about(),
              "It cannot be looked at: " + failed.getMessage(),
              "The server's log says more."));
    }
  }
}
