package dev.howdah.server.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.postgres.cluster.Volume;
import dev.howdah.postgres.os.HostUse;
import dev.howdah.postgres.os.ServerUse;
import dev.howdah.postgres.tenant.DatabaseStatistics;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class MetricsLineTest {
  private static Sample sample(OptionalLong lag) {
    return new Sample(
        Instant.EPOCH,
        new DatabaseStatistics(
            "15.1", 61229240, 38, 0, 1, 9, 0, 179097, 0.9999912, 1, 48 << 20, List.of()),
        new HostUse(List.of(0.395, 0.44, 0.435), 7629452, 64876, 6838076),
        new ServerUse(0, 0, 364248),
        new Volume(100L << 30, 1L << 30),
        0,
        (long) (17.042 * 60 * 16384),
        (long) (1.7437 * 60 * 16384) + 1,
        Optional.of(Duration.ofMinutes(1)),
        lag);
  }

  /** B7.20 has the line. */
  @Test
  void beginsAsTheBookShowsIt() {
    assertThat(MetricsLine.of(sample(OptionalLong.empty()), "HEROKU_POSTGRESQL_CHARCOAL", "p-1"))
        .isEqualTo(
            "source=HEROKU_POSTGRESQL_CHARCOAL sample#current_transaction=179097"
                + " sample#db_size=61229240bytes sample#tables=38 sample#active-connections=9"
                + " sample#waiting-connections=0 sample#index-cache-hit-rate=0.99999"
                + " sample#table-cache-hit-rate=1 sample#load-avg-1m=0.395"
                + " sample#load-avg-5m=0.44 sample#load-avg-15m=0.435 sample#read-iops=17.042"
                + " sample#write-iops=1.7437 sample#memory-total=7629452kB"
                + " sample#memory-free=64876kB sample#memory-cached=6838076kB"
                + " sample#memory-postgres=364248kB sample#tmp-disk-used=0"
                + " sample#tmp-disk-available=1073741824 sample#wal-percentage-used=0.04478"
                + " addon=p-1");
    assertThat(MetricsLine.of(sample(OptionalLong.of(7)), "X", "p-1"))
        .contains(" sample#follower-lag-commits=7 sample#wal-percentage-used=");
  }
}
