package dev.howdah.postgres.os;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How busy this host is, as its kernel says.
 *
 * @param loads the load averages of one, five and fifteen minutes for each processor: 1 is all of
 *     them busy
 * @param totalKb memory
 * @param freeKb memory that nothing uses
 * @param cachedKb memory that files are cached in
 */
public record HostUse(List<Double> loads, long totalKb, long freeKb, long cachedKb) {

  /** Copies the list. */
  public HostUse {
    loads = List.copyOf(loads);
  }

  /** As it is now. */
  public static HostUse now() {
    try {
      return of(
          Files.readString(Path.of("/proc/loadavg")),
          Files.readString(Path.of("/proc/meminfo")),
          Runtime.getRuntime().availableProcessors());
    } catch (IOException none) {
      throw new UncheckedIOException(none);
    }
  }

  static HostUse of(String loadavg, String meminfo, int processors) {
    return new HostUse(
        Arrays.stream(loadavg.split(" ", -1))
            .limit(3)
            .map(load -> Double.parseDouble(load) / processors)
            .toList(),
        memory(meminfo, "MemTotal"),
        memory(meminfo, "MemFree"),
        memory(meminfo, "Cached"));
  }

  private static long memory(String meminfo, String name) {
    Matcher matcher = Pattern.compile("(?m)^" + name + ": +(\\d+) kB$").matcher(meminfo);
    return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
  }
}
