package dev.howdah.postgres.repository;

import dev.howdah.postgres.PostgresException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads what {@code pgbackrest info --output=json} prints. Pure. */
final class Info {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** The status of a stanza that has no base copy yet, which is nothing wrong. */
  private static final int NO_BASE = 2;

  private Info() {}

  /**
   * What a repository holds.
   *
   * @throws PostgresException when it cannot be read, as pgBackRest says
   */
  static Contents parse(String printed) {
    try {
      JsonNode stanza = JSON.readTree(printed).path(0);
      int code = stanza.path("status").path("code").asInt(-1);
      if (code != 0 && code != NO_BASE) {
        throw new PostgresException(
            "the repository cannot be used: " + stanza.path("status").path("message").asString(""));
      }
      List<BaseCopy> bases = new ArrayList<>();
      for (JsonNode backup : stanza.path("backup")) {
        if (!backup.path("error").asBoolean(false)) {
          bases.add(base(backup));
        }
      }
      bases.sort(Comparator.comparing(BaseCopy::finishedAt).thenComparing(BaseCopy::label));
      JsonNode archive = stanza.path("archive").path(0);
      return new Contents(bases, text(archive.path("min")), text(archive.path("max")));
    } catch (JacksonException e) {
      throw new PostgresException("not what pgbackrest info prints: " + e.getMessage(), e);
    }
  }

  private static BaseCopy base(JsonNode backup) {
    return new BaseCopy(
        backup.path("label").asString(),
        switch (backup.path("type").asString()) {
          case "full" -> BaseCopy.Kind.FULL;
          case "diff" -> BaseCopy.Kind.DIFFERENTIAL;
          default -> BaseCopy.Kind.INCREMENTAL;
        },
        Instant.ofEpochSecond(backup.path("timestamp").path("start").asLong()),
        // Cut to the second; whatever was committed within it may be in the copy already.
        Instant.ofEpochSecond(backup.path("timestamp").path("stop").asLong() + 1),
        Lsn.of(backup.path("lsn").path("start").asString("0/0")),
        Lsn.of(backup.path("lsn").path("stop").asString("0/0")),
        backup.path("archive").path("start").asString(""),
        backup.path("archive").path("stop").asString(""),
        backup.path("info").path("size").asLong());
  }

  private static Optional<String> text(JsonNode node) {
    return node.isString() ? Optional.of(node.asString()) : Optional.empty();
  }
}
