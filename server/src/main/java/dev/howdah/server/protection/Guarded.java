package dev.howdah.server.protection;

import java.time.Duration;
import java.util.UUID;

/**
 * A database that is to be protected.
 *
 * @param databaseId also names its cluster
 * @param lineage the history it writes
 * @param window how far back it must be possible to go
 * @param schedule when base copies are taken
 */
public record Guarded(UUID databaseId, UUID lineage, Duration window, BaseSchedule schedule) {}
