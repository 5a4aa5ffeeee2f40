package dev.howdah.server.diagnose;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * What was found.
 *
 * @param app the app it was asked for
 * @param database the name of the database there
 */
record Report(
    UUID id,
    UUID databaseId,
    String app,
    String database,
    Instant createdAt,
    List<Finding> checks) {

  /** Copies the list. */
  Report {
    checks = List.copyOf(checks);
  }

  /**
   * What a check found.
   *
   * @param results rows to show, or an object with one field that says why there are none
   */
  record Finding(String name, String status, Object results) {}
}
