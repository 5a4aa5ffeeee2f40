package dev.howdah.postgres.repository;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a repository holds.
 *
 * @param bases complete base copies, oldest first
 * @param firstSegment the oldest file of the write-ahead log there is
 * @param lastSegment the newest
 */
public record Contents(
    List<BaseCopy> bases, Optional<String> firstSegment, Optional<String> lastSegment) {

  /** Copies the list. */
  public Contents {
    bases = List.copyOf(bases);
  }

  /** The newest base copy that was complete at a moment, so that it can be rolled forward to it. */
  public Optional<BaseCopy> newestBefore(Instant moment) {
    return bases.stream().filter(base -> !base.finishedAt().isAfter(moment)).reduce((a, b) -> b);
  }

  /** The newest base copy. */
  public Optional<BaseCopy> newest() {
    return bases.isEmpty() ? Optional.empty() : Optional.of(bases.getLast());
  }
}
