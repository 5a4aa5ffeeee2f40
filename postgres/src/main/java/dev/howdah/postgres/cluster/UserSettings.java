package dev.howdah.postgres.cluster;

import java.util.Map;

/**
 * The settings an owner may change ({@code pg:settings}), by Heroku's names such as {@code
 * log-min-duration-statement}. Always complete and valid.
 *
 * @param values value by name, in the order they are listed to users
 */
@SuppressWarnings("DoNotCallSuggester") // a signature, its body to come
public record UserSettings(Map<String, String> values) {

  /** What a new database has. */
  public static UserSettings defaults() {
    throw new UnsupportedOperationException();
  }

  /** Defaults with the given ones changed; for reading back what was stored. */
  public static UserSettings of(Map<String, String> changed) {
    throw new UnsupportedOperationException();
  }

  /**
   * The same with one setting changed.
   *
   * @throws IllegalArgumentException in one sentence for users, when there is no such setting or
   *     the value is not one of its values
   */
  public UserSettings with(String name, String value) {
    throw new UnsupportedOperationException();
  }

  /** The value of one setting. */
  public String get(String name) {
    throw new UnsupportedOperationException();
  }
}
