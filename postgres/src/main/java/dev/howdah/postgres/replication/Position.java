package dev.howdah.postgres.replication;

import dev.howdah.postgres.repository.Lsn;
import java.time.Instant;
import java.util.Optional;

/**
 * How far a server has come.
 *
 * @param written the end of its write-ahead log: what a leader has written, what a follower has
 *     received
 * @param replayed up to where sessions see it; the same as {@code written} on a leader
 * @param nextTransaction the number the next transaction gets, as sessions see it; a leader's minus
 *     its follower's is the commits that the follower is behind
 * @param recovering whether it is a follower (or a copy that is not promoted yet)
 * @param lastReplay when the last transaction that a follower replayed was committed
 * @param streaming whether a follower is connected to its leader now; false on a leader
 * @param stalled whether a follower does not replay any more because its leader has got a setting
 *     larger than its own, such as {@code max_connections}: a restart heals that
 */
public record Position(
    Lsn written,
    Lsn replayed,
    long nextTransaction,
    boolean recovering,
    Optional<Instant> lastReplay,
    boolean streaming,
    boolean stalled) {}
