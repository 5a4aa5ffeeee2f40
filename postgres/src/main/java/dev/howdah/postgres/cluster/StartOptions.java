package dev.howdah.postgres.cluster;

import dev.howdah.postgres.copy.PendingRecovery;
import dev.howdah.postgres.os.Command;
import dev.howdah.postgres.os.OwnedFiles;
import dev.howdah.postgres.version.Installation;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Settings that hold for one run of a server only, decided anew at each start: those of a recovery,
 * which must be gone after it, and those that a follower needs because its leader has them.
 */
final class StartOptions {

  /** With less of these than its leader has, a server cannot follow; as pg_controldata says it. */
  private static final Map<String, Pattern> LEADERS =
      Map.of(
          "max_connections", control("max_connections setting"),
          "max_worker_processes", control("max_worker_processes setting"),
          "max_wal_senders", control("max_wal_senders setting"),
          "max_prepared_transactions", control("max_prepared_xacts setting"),
          "max_locks_per_transaction", control("max_locks_per_xact setting"));

  private static final Pattern CONFIGURED = Pattern.compile("(?m)^([a-z_]+) = '([0-9]+)'$");

  private StartOptions() {}

  /**
   * The settings for a start of the server now.
   *
   * @throws StartFailedException when its data directory asks for a recovery that nobody configured
   */
  static Map<String, String> of(ClusterDirectory directory, Installation installation) {
    if (directory.isRecovering()) {
      return directory
          .recovery()
          .filter(recovery -> recovery.result().isEmpty())
          .map(PendingRecovery::settings)
          .orElseThrow(() ->
              new StartFailedException(
                  directory.data() + " asks for a recovery, and it is not known to where"));
    }
    if (directory.isStandby()) {
      return leaders(
          Command.of(installation.program("pg_controldata"), "-D", directory.data()).run(),
          OwnedFiles.read(directory.conf().resolve(ServerConfiguration.SETTINGS)));
    }
    return Map.of();
  }

  /**
   * The leader's value of each setting of which the follower has less.
   *
   * @param controlData what the leader had when it wrote what was replayed last
   * @param configuration the follower's own settings
   */
  static Map<String, String> leaders(String controlData, String configuration) {
    Map<String, Integer> own = own(configuration);
    Map<String, String> more = new LinkedHashMap<>();
    LEADERS.forEach((name, pattern) -> {
      Matcher leader = pattern.matcher(controlData);
      if (leader.find() && Integer.parseInt(leader.group(1)) > own.getOrDefault(name, 0)) {
        more.put(name, leader.group(1));
      }
    });
    return more;
  }

  /**
   * Whether a server has to be started anew for what waits for that: not for what it only has more
   * of than it is told to have, as one that followed a larger leader.
   *
   * @param waiting what the server has of each setting that waits
   * @param configuration what it is told to have
   */
  static boolean needsRestart(Map<String, String> waiting, String configuration) {
    Map<String, Integer> own = own(configuration);
    return waiting.entrySet().stream()
        .anyMatch(setting ->
            !own.containsKey(setting.getKey())
                || Integer.parseInt(setting.getValue()) < own.get(setting.getKey()));
  }

  private static Map<String, Integer> own(String configuration) {
    Map<String, Integer> own = new LinkedHashMap<>();
    CONFIGURED
        .matcher(configuration)
        .results()
        .filter(line -> LEADERS.containsKey(line.group(1)))
        .forEach(line -> own.put(line.group(1), Integer.parseInt(line.group(2))));
    return own;
  }

  private static Pattern control(String label) {
    return Pattern.compile("(?m)^" + label + ": +([0-9]{1,9})$");
  }
}
