package dev.howdah.server.control;

import dev.howdah.postgres.PostgresHost;
import dev.howdah.postgres.control.JdbcAddress;
import dev.howdah.postgres.os.OwnedFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Properties;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Gives the tests of a class a control database, empty and migrated, in a real PostgreSQL. The
 * cluster is made once for all classes and is gone when the last test has run.
 */
public final class TestControl implements BeforeAllCallback, AfterAllCallback {
  private static final ExtensionContext.Namespace SPACE =
      ExtensionContext.Namespace.create(TestControl.class);

  private @Nullable ControlDatabase database;
  private @Nullable JdbcAddress address;

  /** Statements and transactions. */
  public Jdbi jdbi() {
    return database().jdbi();
  }

  /** The database, as the server opens it. */
  public ControlDatabase database() {
    if (database == null) {
      throw new IllegalStateException("the database is there from beforeAll to afterAll");
    }
    return database;
  }

  /** Where it is. */
  public JdbcAddress address() {
    if (address == null) {
      throw new IllegalStateException("the database is there from beforeAll to afterAll");
    }
    return address;
  }

  @Override
  public void beforeAll(ExtensionContext context) throws SQLException {
    address =
        context
            .getRoot()
            .getStore(SPACE)
            .computeIfAbsent(Cluster.class, type -> Cluster.make(), Cluster.class)
            .host()
            .control()
            .jdbc();
    empty(address);
    database = ControlDatabase.open(address.url(), address.properties());
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (database != null) {
      database.close();
    }
  }

  private static void empty(JdbcAddress address) throws SQLException {
    Properties properties = new Properties();
    properties.putAll(address.properties());
    try (var connection = DriverManager.getConnection(address.url(), properties);
        var statement = connection.createStatement()) {
      statement.execute("drop schema public cascade");
      statement.execute("create schema public");
    }
  }

  /** The cluster behind all control databases of a test run. */
  private record Cluster(Path root, PostgresHost host) implements AutoCloseable {

    static Cluster make() {
      try {
        Path root = Files.createTempDirectory("howdah-server-test");
        // PostgreSQL runs under a user of its own, which must be able to pass.
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx--x--x"));
        PostgresHost host = PostgresHost.open(root, Clock.systemUTC());
        host.control().ensureRunning();
        return new Cluster(root, host);
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
    }

    @Override
    public void close() {
      host.control().stop();
      OwnedFiles.delete(root);
    }
  }
}
