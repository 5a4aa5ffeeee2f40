package dev.howdah.postgres.copy;

import dev.howdah.postgres.sql.ControlConnections;
import java.nio.file.Path;

/**
 * A running server to copy from.
 *
 * @param data its data directory
 * @param connections how Howdah speaks to it
 * @param major its major version
 */
public record LiveSource(Path data, ControlConnections connections, int major) {}
