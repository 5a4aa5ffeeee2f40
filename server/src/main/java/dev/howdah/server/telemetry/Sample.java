package dev.howdah.server.telemetry;

import dev.howdah.postgres.cluster.Volume;
import dev.howdah.postgres.os.HostUse;
import dev.howdah.postgres.os.ServerUse;
import dev.howdah.postgres.tenant.DatabaseStatistics;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What was measured of a database at one moment.
 *
 * @param temporaryBytes temporary files of its sessions
 * @param readBytes read from the disk for it since the sample before
 * @param writeBytes written for it since then
 * @param span how long ago that was; empty of the first one
 * @param followerLag transactions of its leader that it does not show yet; empty of a leader
 */
record Sample(
    Instant at,
    DatabaseStatistics statistics,
    HostUse host,
    ServerUse server,
    Volume volume,
    long temporaryBytes,
    long readBytes,
    long writeBytes,
    Optional<Duration> span,
    OptionalLong followerLag) {

  /** Disk operations are counted in units of this (B7.24). */
  private static final double BLOCK = 16 * 1024;

  double readsPerSecond() {
    return perSecond(readBytes);
  }

  double writesPerSecond() {
    return perSecond(writeBytes);
  }

  private double perSecond(long bytes) {
    return span.map(time -> bytes / BLOCK / (time.toMillis() / 1000.0)).orElse(0.0);
  }

  /** How much of what the write-ahead log could take it takes, 0 to 1. */
  double walShare() {
    double room = (double) statistics.walBytes() + volume.available();
    return room == 0 ? 0 : statistics.walBytes() / room;
  }
}
