package dev.howdah.server.drain;

import dev.howdah.server.log.LogLine;
import java.util.List;
import java.util.UUID;

/**
 * Lines that are sent together.
 *
 * @param id stays when it is sent again, so that a receiver can tell
 * @param last the sequence number of the last one
 */
record Batch(UUID id, List<LogLine> lines, long last) {}
