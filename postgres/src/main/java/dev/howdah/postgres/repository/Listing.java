package dev.howdah.postgres.repository;

import dev.howdah.postgres.PostgresException;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads what {@code pgbackrest repo-ls --output=json} prints. Pure. */
final class Listing {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private Listing() {}

  /** The files and when each was last changed, by path. */
  static Map<String, Instant> parse(String printed) {
    try {
      Map<String, Instant> files = new TreeMap<>();
      for (Map.Entry<String, JsonNode> entry : JSON.readTree(printed).properties()) {
        if (entry.getValue().path("type").asString("").equals("file")) {
          files.put(entry.getKey(), Instant.ofEpochSecond(entry.getValue().path("time").asLong(0)));
        }
      }
      return files;
    } catch (JacksonException e) {
      throw new PostgresException("not what pgbackrest repo-ls prints: " + e.getMessage(), e);
    }
  }
}
