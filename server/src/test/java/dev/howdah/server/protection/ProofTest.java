package dev.howdah.server.protection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.postgres.repository.Lsn;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProofTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  @Test
  void nothingIsKnownBeforeTheFirstBeatIsArchived() {
    Proof proof = Proof.recorded(Optional.empty()).with(mark(0, "5:5:", 100));
    assertThat(proof.seen(new Lsn(99), "5:5:").behind(at(10))).isEmpty();
    assertThat(proof.seen(new Lsn(100), "6:6:").behind(at(10))).contains(Duration.ofSeconds(10));
  }

  @Test
  void theNewestArchivedBeatCounts() {
    Proof proof =
        Proof.recorded(Optional.empty())
            .with(mark(0, "5:5:", 100))
            .with(mark(15, "7:7:", 200))
            .with(mark(30, "9:9:", 300))
            .seen(new Lsn(250), "12:12:");
    assertThat(proof.behind(at(40))).contains(Duration.ofSeconds(25));
    assertThat(proof.pending()).containsExactly(mark(30, "9:9:", 300));
  }

  @Test
  void anIdleDatabaseIsNotBehindAndNeedsNoBeat() {
    Proof proof =
        Proof.recorded(Optional.empty()).with(mark(0, "5:5:", 100)).seen(new Lsn(100), "5:5:");
    assertThat(proof.behind(at(3600))).contains(Duration.ZERO);
    assertThat(proof.needsBeat("5:5:")).isFalse();
    assertThat(proof.needsBeat("6:6:")).isTrue();
  }

  @Test
  void aBeatThatWaitsIsEnoughWhileNothingElseWasWritten() {
    Proof proof = Proof.recorded(Optional.empty()).with(mark(0, "5:5:", 100));
    assertThat(proof.needsBeat("5:5:")).isFalse();
  }

  @Test
  void aTransactionUnderWayAtTheBeatMayCommitUnseen() {
    // 4 was under way; when it commits, the same transactions are the newest.
    Proof proof =
        Proof.recorded(Optional.empty()).with(mark(0, "4:6:4", 100)).seen(new Lsn(100), "4:6:4");
    assertThat(proof.needsBeat("4:6:4")).isTrue();
    assertThat(proof.behind(at(20))).contains(Duration.ofSeconds(20));
  }

  @Test
  void whatWasRecordedIsBelievedAfterAStart() {
    Proof.Beat beat = new Proof.Beat(START, "5:5:");
    Proof proof = Proof.recorded(Optional.of(beat));
    assertThat(proof.seen(new Lsn(0), "5:5:").behind(at(100))).contains(Duration.ZERO);
    assertThat(proof.seen(new Lsn(0), "6:6:").behind(at(100))).contains(Duration.ofSeconds(100));
  }

  @Test
  void whatWasForgottenProvesNothing() {
    Proof proof =
        Proof.recorded(Optional.of(new Proof.Beat(START, "5:5:")))
            .with(mark(15, "6:6:", 100))
            .forgetting()
            .seen(new Lsn(1000), "6:6:");
    assertThat(proof.behind(at(60))).contains(Duration.ofSeconds(60));
  }

  private static Proof.Mark mark(int second, String snapshot, long position) {
    return new Proof.Mark(new Proof.Beat(at(second), snapshot), new Lsn(position));
  }

  private static Instant at(int second) {
    return START.plusSeconds(second);
  }
}
