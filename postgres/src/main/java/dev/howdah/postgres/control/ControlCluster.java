package dev.howdah.postgres.control;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.cluster.ClusterDirectory;
import dev.howdah.postgres.cluster.ClusterState;
import dev.howdah.postgres.cluster.Durability;
import dev.howdah.postgres.cluster.NewCluster;
import dev.howdah.postgres.cluster.Postmaster;
import dev.howdah.postgres.cluster.ServerConfiguration;
import dev.howdah.postgres.cluster.StopMode;
import dev.howdah.postgres.os.ForeignFile;
import dev.howdah.postgres.os.ServerAccounts;
import dev.howdah.postgres.sql.ControlConnections;
import dev.howdah.postgres.template.Template;
import dev.howdah.postgres.template.Templates;
import dev.howdah.postgres.version.Installation;
import dev.howdah.postgres.version.Installations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The cluster that holds Howdah's own data, in {@code <root>/control}: reachable over its Unix
 * socket only, by the user Howdah runs as. Like every cluster it outlives Howdah's process.
 */
public final class ControlCluster {

  private static final String NAME = "howdah";

  /** Names the socket only; as user id it is the base, which no tenant's port can be. */
  private static final int PORT = 5432;

  private static final int SEGMENT_MEGABYTES = 16;

  private static final int VERSION_BYTES = 64;

  private final ClusterDirectory directory;
  private final Installations installations;
  private final Templates templates;
  private final ServerAccounts accounts;

  /** The control cluster in a directory. */
  public ControlCluster(
      Path home, Installations installations, Templates templates, ServerAccounts accounts) {
    this.directory = new ClusterDirectory(home);
    this.installations = installations;
    this.templates = templates;
    this.accounts = accounts;
  }

  /** Makes the cluster if it does not exist, starts it if it does not run. */
  public synchronized void ensureRunning() {
    Installation installation = installation();
    if (!directory.exists()) {
      if (directory.isTaken()) {
        // It may be all that is known of every app and database here: never make it anew.
        throw new PostgresException(
            ("%1$s was to hold Howdah's own database, but its files are not all there, or never"
                    + " reached the disk, and nothing was changed. If a disk is not mounted, mount"
                    + " it. If %1$s is a complete copy from a backup, say so with `touch"
                    + " %1$s/durable`. If Howdah was never used here before, move %1$s away. Then"
                    + " start again.")
                .formatted(directory.home()));
      }
      NewCluster.make(
          directory,
          templates.take(installation, SEGMENT_MEGABYTES),
          installation,
          PORT,
          accounts.forPort(0),
          partial -> ServerConfiguration.forControl(directory, PORT, NAME).writeTo(partial));
    }
    Postmaster postmaster = new Postmaster(directory);
    if (ServerConfiguration.forControl(directory, PORT, NAME).writeTo(directory)) {
      postmaster.reload();
    }
    Durability durability = Durability.of(directory);
    postmaster.start(installation);
    durability.await();
    provision();
  }

  /** Stops it in good order. */
  public synchronized void stop() {
    new Postmaster(directory).stop(StopMode.FAST);
  }

  /** What it is doing now. */
  public ClusterState state() {
    return new Postmaster(directory).state();
  }

  /** How to connect to the database {@code howdah} as the role {@code howdah}. */
  public JdbcAddress jdbc() {
    return new JdbcAddress(ControlConnections.url(NAME), connections().properties(NAME));
  }

  private ControlConnections connections() {
    return new ControlConnections(directory.socketDirectory(), PORT, installation().major());
  }

  /** An existing cluster stays with its version; a new one takes the newest. */
  private Installation installation() {
    Path version = directory.data().resolve("PG_VERSION");
    try {
      if (Files.exists(version)) {
        return installations.require(
            Integer.parseInt(ForeignFile.head(version, VERSION_BYTES).strip()));
      }
    } catch (IOException e) {
      throw new PostgresException("could not read " + version + ": " + e, e);
    }
    return installations
        .newest()
        .orElseThrow(() -> new PostgresException("PostgreSQL is not installed on this host"));
  }

  /** The template's database and owner, which no tenant will ever use here, become Howdah's own. */
  private void provision() {
    try (Connection connection = connections().superuser("postgres");
        Statement statement = connection.createStatement()) {
      if (has(statement, "SELECT FROM pg_roles WHERE rolname = '" + NAME + "'")) {
        return;
      }
      connection.setAutoCommit(false);
      statement.execute("ALTER DATABASE " + Template.DATABASE + " RENAME TO " + NAME);
      statement.execute("ALTER ROLE " + Template.OWNER + " RENAME TO " + NAME);
      statement.execute("ALTER ROLE " + NAME + " LOGIN CONNECTION LIMIT -1");
      connection.commit();
    } catch (SQLException e) {
      throw new PostgresException(
          "the control database could not be prepared: " + e.getMessage(), e);
    }
  }

  private static boolean has(Statement statement, String query) throws SQLException {
    try (ResultSet rows = statement.executeQuery(query)) {
      return rows.next();
    }
  }
}
