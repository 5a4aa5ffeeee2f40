package dev.howdah.postgres.control;

import java.util.Map;

/**
 * A JDBC URL and its connection properties, as a pool or a migration tool wants them.
 *
 * @param url the URL, complete by itself but for the properties
 * @param properties pgjdbc's properties; no password is among them
 */
public record JdbcAddress(String url, Map<String, String> properties) {

  /** Copies the map. */
  public JdbcAddress {
    properties = Map.copyOf(properties);
  }
}
