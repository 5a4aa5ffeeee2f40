package dev.howdah.server.telemetry;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** A sample as the line of {@code app[heroku-postgres]} (B7.20–B7.26, then T15). Pure. */
final class MetricsLine {
  /** The process of these lines. */
  static final String PROCESS = "heroku-postgres";

  private static final MathContext DIGITS = new MathContext(5, RoundingMode.HALF_UP);

  private final StringBuilder text = new StringBuilder(700);

  private MetricsLine() {}

  /**
   * The line.
   *
   * @param source the database's name in the app
   * @param addon the add-on's name
   */
  static String of(Sample sample, String source, String addon) {
    MetricsLine line = new MetricsLine();
    line.text.append("source=").append(source);
    var statistics = sample.statistics();
    line.sample("current_transaction", statistics.currentTransaction(), "");
    line.sample("db_size", statistics.bytes(), "bytes");
    line.sample("tables", statistics.tables(), "");
    line.sample("active-connections", statistics.connections(), "");
    line.sample("waiting-connections", statistics.waiting(), "");
    line.sample("index-cache-hit-rate", rate(statistics.indexCacheHitRate()), "");
    line.sample("table-cache-hit-rate", rate(statistics.tableCacheHitRate()), "");
    line.sample("load-avg-1m", number(sample.host().loads().get(0)), "");
    line.sample("load-avg-5m", number(sample.host().loads().get(1)), "");
    line.sample("load-avg-15m", number(sample.host().loads().get(2)), "");
    line.sample("read-iops", number(sample.readsPerSecond()), "");
    line.sample("write-iops", number(sample.writesPerSecond()), "");
    line.sample("memory-total", sample.host().totalKb(), "kB");
    line.sample("memory-free", sample.host().freeKb(), "kB");
    line.sample("memory-cached", sample.host().cachedKb(), "kB");
    line.sample("memory-postgres", sample.server().memoryKb(), "kB");
    // The book's line ends here. What came later comes later, so that it still looks as printed.
    line.sample("tmp-disk-used", sample.temporaryBytes(), "");
    line.sample("tmp-disk-available", sample.volume().available(), "");
    sample.followerLag().ifPresent(lag -> line.sample("follower-lag-commits", lag, ""));
    line.sample("wal-percentage-used", rate(sample.walShare()), "");
    line.text.append(" addon=").append(addon);
    return line.text.toString();
  }

  private void sample(String name, Object value, String unit) {
    text.append(" sample#").append(name).append('=').append(value).append(unit);
  }

  /** A share with five decimals, without those that say nothing. */
  static String rate(double value) {
    return plain(BigDecimal.valueOf(value).setScale(5, RoundingMode.HALF_UP));
  }

  /** A number with five digits. */
  static String number(double value) {
    return plain(BigDecimal.valueOf(value).round(DIGITS).setScale(5, RoundingMode.HALF_UP));
  }

  private static String plain(BigDecimal value) {
    return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
  }
}
