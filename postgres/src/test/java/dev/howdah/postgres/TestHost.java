package dev.howdah.postgres;

import dev.howdah.postgres.cluster.ClusterSpec;
import dev.howdah.postgres.cluster.Clusters;
import dev.howdah.postgres.cluster.StopMode;
import dev.howdah.postgres.cluster.UserSettings;
import dev.howdah.postgres.cluster.WalSegmentSize;
import dev.howdah.postgres.os.OwnedFiles;
import dev.howdah.postgres.version.Installation;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Assumptions;

/** A data root in a temporary directory, whose servers are gone when it is closed. */
public final class TestHost implements AutoCloseable {

  /** What the tests' plan offers; PL/V8 and chkpass are on it and not installed. */
  public static final List<String> EXTENSIONS =
      List.of(
          "btree_gist",
          "chkpass",
          "citext",
          "cube",
          "dblink",
          "dict_int",
          "dict_xsyn",
          "earthdistance",
          "fuzzystrmatch",
          "hstore",
          "intarray",
          "isn",
          "ltree",
          "pg_stat_statements",
          "pg_trgm",
          "pgcrypto",
          "pgrowlocks",
          "pgstattuple",
          "plpgsql",
          "plv8",
          "postgis",
          "postgres_fdw",
          "tablefunc",
          "unaccent",
          "uuid-ossp");

  private final Path root;
  private final PostgresHost host;

  private TestHost(Path root) {
    this.root = root;
    this.host = PostgresHost.open(root, Clock.systemUTC());
  }

  /** A new root that every user may pass through, as the servers' own users must. */
  public static TestHost open() {
    try {
      // In memory where there is such a place: bringing files to disk is what takes long on a
      // machine that builds something else at the same time.
      Path memory = Path.of("/dev/shm");
      Path root =
          Files.isWritable(memory)
              ? Files.createTempDirectory(memory, "h")
              : Files.createTempDirectory("howdah-test");
      Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx--x--x"));
      return new TestHost(root);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** The root directory. */
  public Path root() {
    return root;
  }

  /** The host under test. */
  public PostgresHost host() {
    return host;
  }

  /** A Howdah started anew on the same root. */
  public PostgresHost reopened() {
    return PostgresHost.open(root, Clock.systemUTC());
  }

  /** What a small database is made of, on a free port. */
  public ClusterSpec spec() {
    return spec(host.installations().newest().orElseThrow().major());
  }

  /** The oldest version of this host; the test that asks is skipped where there is only one. */
  public int olderMajor() {
    List<Installation> all = host.installations().all();
    Assumptions.assumeTrue(
        all.size() > 1,
        "this host has only one major version of PostgreSQL; ./verify adds one on Debian");
    return all.getLast().major();
  }

  /** The same of another version. */
  public ClusterSpec spec(int major) {
    UUID id = UUID.randomUUID();
    return new ClusterSpec(
        id,
        major,
        freePort(),
        "d" + id.toString().replace("-", "").substring(0, 13),
        List.of("127.0.0.1"),
        List.of("db.example.com"),
        WalSegmentSize.ONE_MEGABYTE,
        20,
        EXTENSIONS,
        Map.of(),
        UserSettings.defaults(),
        Optional.empty());
  }

  /** A running cluster. */
  public ClusterSpec running() {
    ClusterSpec spec = spec();
    host.clusters().create(spec);
    host.clusters().start(spec.id());
    return spec;
  }

  /** A running cluster with its tenant. */
  public TestDatabase database() {
    return database(spec());
  }

  /** The same as specified. */
  public TestDatabase database(ClusterSpec spec) {
    host.clusters().create(spec);
    host.clusters().start(spec.id());
    return TestDatabase.provisioned(host, spec);
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    Clusters clusters = host.clusters();
    for (UUID id : clusters.list()) {
      clusters.stop(id, StopMode.IMMEDIATE);
      clusters.destroy(id);
    }
    host.control().stop();
    OwnedFiles.delete(root);
  }
}
