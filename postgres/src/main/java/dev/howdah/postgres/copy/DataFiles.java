package dev.howdah.postgres.copy;

import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which files of a data directory a copy takes: those that PostgreSQL's own {@code pg_basebackup}
 * takes. The others are rebuilt by a start, or would do harm in a copy.
 */
final class DataFiles {

  /** Directories whose content is of the running server only. */
  private static final Set<String> EMPTIED =
      Set.of(
          // Copied for itself, when the rest is complete.
          "pg_wal",
          "pg_replslot",
          "pg_stat_tmp",
          "pg_dynshmem",
          "pg_notify",
          "pg_serial",
          "pg_snapshots",
          "pg_subtrans",
          "pgsql_tmp");

  private static final Set<String> LEFT_OUT =
      Set.of(
          "postmaster.pid",
          "postmaster.opts",
          "backup_label",
          "backup_label.old",
          "tablespace_map",
          "tablespace_map.old",
          "backup_manifest",
          "recovery.signal",
          "standby.signal",
          "current_logfiles",
          // Howdah never writes to it, and what an archive's restore put there is not for a copy.
          "postgresql.auto.conf",
          "postgresql.auto.conf.tmp");

  private static final Pattern TEMPORARY_RELATION = Pattern.compile("t[0-9]+_[0-9]+.*");
  private static final Pattern FORK = Pattern.compile("([0-9]+)(?:_(?:fsm|vm))?(?:\\.[0-9]+)?");
  private static final String INITIAL = "_init";

  private DataFiles() {}

  /** Whether a directory's content is left out, and only the directory itself is made. */
  static boolean isEmptied(String directory) {
    return EMPTIED.contains(directory) || directory.startsWith("pgsql_tmp");
  }

  /**
   * Those of a directory's files that are copied.
   *
   * @param directory its path below the data directory, empty for that one itself
   */
  static List<String> copied(String directory, List<String> names) {
    // A table without write-ahead log is empty after a recovery: PostgreSQL makes it anew from
    // this.
    Set<String> unlogged =
        names.stream()
            .filter(name -> name.endsWith(INITIAL))
            .map(name -> name.substring(0, name.length() - INITIAL.length()))
            .collect(Collectors.toSet());
    boolean relations = directory.startsWith("base/");
    return names.stream()
        .filter(name -> !LEFT_OUT.contains(name) || !directory.isEmpty())
        .filter(name -> !name.startsWith("pgsql_tmp") && !name.startsWith("pg_internal.init"))
        .filter(name -> !relations || !TEMPORARY_RELATION.matcher(name).matches())
        .filter(name -> !relations || !isFork(name, unlogged))
        .toList();
  }

  private static boolean isFork(String name, Set<String> relations) {
    Matcher matcher = FORK.matcher(name);
    return matcher.matches() && relations.contains(matcher.group(1));
  }
}
