package dev.howdah.server.protection;

import dev.howdah.postgres.repository.Lsn;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is known of which commits have reached the repository. A beat is a commit of our own at a
 * known time: once its position is archived, so is every commit before it. Pure.
 *
 * @param proven the newest beat that is archived
 * @param pending beats that are not, oldest first
 * @param quiet whether nothing was written since the proven beat, so that nothing can be missing
 */
record Proof(Optional<Beat> proven, List<Mark> pending, boolean quiet) {

  /**
   * A moment, and the transactions that were over then.
   *
   * @param at before the beat was committed
   * @param snapshot PostgreSQL's text form of it, taken after the beat
   */
  record Beat(Instant at, String snapshot) {

    /** Whether no transaction was under way, so that the same snapshot means: nothing happened. */
    boolean isWhole() {
      return snapshot.endsWith(":");
    }
  }

  /** A beat and the position that follows it. */
  record Mark(Beat beat, Lsn position) {}

  Proof {
    pending = List.copyOf(pending);
  }

  /** What a start of the server knows: what was recorded. */
  static Proof recorded(Optional<Beat> proven) {
    return new Proof(proven, List.of(), false);
  }

  /** Whether a new beat would say something: whether anything was written since the last. */
  boolean needsBeat(String snapshot) {
    Optional<Beat> last = pending.isEmpty() ? proven : Optional.of(pending.getLast().beat());
    return last.filter(beat -> beat.isWhole() && beat.snapshot().equals(snapshot)).isEmpty();
  }

  /** With one more beat. */
  Proof with(Mark mark) {
    List<Mark> more = new ArrayList<>(pending);
    more.add(mark);
    return new Proof(proven, more, false);
  }

  /**
   * After a look at the server.
   *
   * @param archived everything before it is in the repository
   * @param snapshot the transactions that are over now
   */
  Proof seen(Lsn archived, String snapshot) {
    Optional<Beat> newest = proven;
    List<Mark> left = new ArrayList<>();
    for (Mark mark : pending) {
      if (mark.position().compareTo(archived) <= 0) {
        newest = Optional.of(mark.beat());
      } else {
        left.add(mark);
      }
    }
    boolean still =
        newest.filter(beat -> beat.isWhole() && beat.snapshot().equals(snapshot)).isPresent();
    return new Proof(newest, left, still);
  }

  /** Without what is pending: what was archived meanwhile proves nothing. */
  Proof forgetting() {
    return new Proof(proven, List.of(), false);
  }

  /** The age of the oldest commit that may be missing; empty when nothing was ever proven. */
  Optional<Duration> behind(Instant now) {
    return proven.map(beat -> quiet ? Duration.ZERO : max(Duration.between(beat.at(), now)));
  }

  private static Duration max(Duration duration) {
    return duration.isNegative() ? Duration.ZERO : duration;
  }
}
