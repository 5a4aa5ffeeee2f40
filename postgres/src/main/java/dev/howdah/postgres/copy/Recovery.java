package dev.howdah.postgres.copy;

import dev.howdah.postgres.repository.Lsn;
import java.time.Instant;
import java.util.Optional;

/**
 * What the recovery of a copy came to.
 *
 * @param lastCommit when the last transaction that was replayed had been committed; empty when none
 *     was replayed, which is usual for a live origin
 * @param end where the old write-ahead log ended for it; a history of its own begins there
 * @param clamped whether the target lay after the last commit there is, so that the copy shows what
 *     was there at the end and not more
 */
public record Recovery(Optional<Instant> lastCommit, Lsn end, boolean clamped) {}
