package dev.howdah.server.log;

import java.time.Instant;
import java.util.UUID;

/**
 * What a reader of an app's log asked for. Whoever holds it, sealed, may read until it expires.
 *
 * @param lines how many of the lines there are already
 * @param tail whether to go on with new ones
 * @param source only lines of this source, or empty text
 * @param process only lines of this process ({@code web.1}) or process type ({@code web}), or empty
 *     text
 */
record LogSession(
    UUID id,
    UUID app,
    int lines,
    boolean tail,
    String source,
    String process,
    Instant createdAt,
    Instant expiresAt) {

  boolean wants(LogLine line) {
    return (source.isEmpty() || source.equals(line.source()))
        && (process.isEmpty()
            || line.process().equals(process)
            || line.process().startsWith(process + "."));
  }
}
