package dev.howdah.server.protection;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How well a database is protected, as last measured.
 *
 * @param earliest the earliest moment it can be brought back to; empty before the first base copy
 * @param newestBase when the newest base copy was complete
 * @param proven the latest moment for which every commit is known to be in the repository
 * @param behind the age of the oldest commit that may not be in the repository yet; zero when none,
 *     empty before the first measurement
 * @param problem what is wrong, in one sentence for people: an archive that fails, a gap
 */
public record ProtectionState(
    Optional<Instant> earliest,
    Optional<Instant> newestBase,
    Optional<Instant> proven,
    Optional<Duration> behind,
    Optional<String> problem) {}
