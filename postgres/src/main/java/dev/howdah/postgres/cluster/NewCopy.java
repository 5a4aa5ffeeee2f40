package dev.howdah.postgres.cluster;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.copy.CommitTimes;
import dev.howdah.postgres.copy.LiveCopy;
import dev.howdah.postgres.copy.LiveSource;
import dev.howdah.postgres.copy.Origin;
import dev.howdah.postgres.copy.PendingRecovery;
import dev.howdah.postgres.copy.Snapshots;
import dev.howdah.postgres.copy.Target;
import dev.howdah.postgres.copy.WalFiles;
import dev.howdah.postgres.os.Command;
import dev.howdah.postgres.os.OwnedFiles;
import dev.howdah.postgres.os.ServerAccount;
import dev.howdah.postgres.os.ServerAccounts;
import dev.howdah.postgres.replication.Replication;
import dev.howdah.postgres.replication.Upstream;
import dev.howdah.postgres.repository.Archiving;
import dev.howdah.postgres.repository.BaseCopy;
import dev.howdah.postgres.repository.Contents;
import dev.howdah.postgres.repository.Lsn;
import dev.howdah.postgres.repository.Progress;
import dev.howdah.postgres.repository.Repositories;
import dev.howdah.postgres.repository.Repository;
import dev.howdah.postgres.version.Installation;
import dev.howdah.postgres.version.Installations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes a cluster's directory from that of another, stopped. Nothing is seen under the final name
 * before it is complete.
 */
final class NewCopy {

  /** Where the recovery of a copy begins. */
  private static final Pattern LABEL =
      Pattern.compile("(?m)^START WAL LOCATION: ([0-9A-F]+/[0-9A-F]+) ");

  private final Path directory;
  private final Installations installations;
  private final ServerAccounts accounts;
  private final Repositories repositories;
  private final Function<UUID, LiveSource> sources;
  private final Snapshots snapshots;
  private final ConfigurationFiles files;

  NewCopy(
      Path directory,
      Installations installations,
      ServerAccounts accounts,
      Repositories repositories,
      Function<UUID, LiveSource> sources,
      Snapshots snapshots,
      ConfigurationFiles files) {
    this.directory = directory;
    this.installations = installations;
    this.accounts = accounts;
    this.repositories = repositories;
    this.sources = sources;
    this.snapshots = snapshots;
    this.files = files;
  }

  /**
   * Makes the directory, unless it exists: with the files of the origin, a configured recovery, and
   * on disk for good. What an interrupted try left is deleted first.
   */
  void make(ClusterDirectory cluster, ClusterSpec spec, Origin origin, Progress progress) {
    Installation installation = installations.require(spec.major());
    ServerAccount account = accounts.forPort(spec.port());
    NewCluster.make(
        cluster,
        installation,
        spec.port(),
        account,
        partial -> {
          fill(partial, spec, origin, account, progress);
          prepareRecovery(partial, spec, origin);
        },
        partial -> {
          files.write(spec, cluster, partial, installation);
          // Published only when it is on disk: half of a copy looks like a database.
          Command.of("sync", "-f", partial.home()).run();
          partial.markDurable();
        });
    OwnedFiles.force(directory);
  }

  private void fill(
      ClusterDirectory partial,
      ClusterSpec spec,
      Origin origin,
      ServerAccount account,
      Progress progress) {
    switch (origin) {
      case Origin.Live(UUID source) -> {
        String slot =
            spec.replication() instanceof Replication.Follower(Upstream upstream)
                ? upstream.slot()
                : "";
        LiveCopy.make(sources.apply(source), partial.data(), slot, progress);
      }
      case Origin.Snapshot(UUID lineage, Instant moment) ->
          snapshots.copy(lineage, moment, partial.data(), progress);
      case Origin.Archived(Archiving lineage, Target target) -> {
        Repository repository = repositories.of(lineage);
        BaseCopy base =
            base(repository.contents(), target)
                .orElseThrow(
                    () -> new PostgresException("there is no base copy that reaches back so far"));
        OwnedFiles.directory(partial.data(), ServerAccount.current(), "rwx------");
        repository.restore(base, partial.data(), account, progress);
        Path log = partial.data().resolve("pg_wal");
        switch (target) {
          case Target.Latest _ -> repository.fetchWal(base, log, account, Progress.NONE);
          case Target.At(Instant time) -> {
            Installation installation = installations.require(spec.major());
            repository.fetchWal(
                base,
                time,
                file -> CommitTimes.isBeyond(installation, file, account, time),
                log,
                account,
                Progress.NONE);
          }
        }
        WalFiles.markArchived(log);
      }
    }
    String version = OwnedFiles.read(partial.data().resolve("PG_VERSION")).strip();
    if (!version.equals(String.valueOf(spec.major()))) {
      throw new PostgresException(
          "a copy of a PostgreSQL %s cannot be a PostgreSQL %d".formatted(version, spec.major()));
    }
  }

  private static Optional<BaseCopy> base(Contents contents, Target target) {
    return switch (target) {
      case Target.Latest _ -> contents.newest();
      case Target.At(Instant time) -> contents.newestBefore(time);
    };
  }

  private static void prepareRecovery(ClusterDirectory partial, ClusterSpec spec, Origin origin) {
    boolean follower = spec.replication() instanceof Replication.Follower;
    try {
      Files.createFile(partial.data().resolve(follower ? "standby.signal" : "recovery.signal"));
      // Settings come from Howdah alone, whatever a restore or the origin had here.
      Files.deleteIfExists(partial.data().resolve("postgresql.auto.conf"));
      Matcher label = LABEL.matcher(OwnedFiles.read(partial.data().resolve("backup_label")));
      if (!label.find()) {
        throw new PostgresException("a copy without backup_label cannot be trusted");
      }
      partial.write(
          new PendingRecovery(
              PendingRecovery.Goal.of(origin),
              false,
              Lsn.of(label.group(1)),
              WalFiles.end(partial.data().resolve("pg_wal")).orElse(Lsn.of(label.group(1))),
              Optional.empty()));
    } catch (IOException e) {
      throw new PostgresException("could not prepare the recovery of a copy: " + e, e);
    }
  }
}
