package dev.howdah.postgres;

import dev.howdah.postgres.cluster.ClusterSpec;
import dev.howdah.postgres.sql.ControlConnections;
import dev.howdah.postgres.tenant.Login;
import dev.howdah.postgres.tenant.TenantDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/** A tenant's database as its tenant sees it: over TCP, with TLS, by name and password. */
public record TestDatabase(PostgresHost host, ClusterSpec spec, String user, String password) {

  static final int LIMIT = 20;

  static TestDatabase provisioned(PostgresHost host, ClusterSpec spec) {
    TestDatabase database =
        new TestDatabase(host, spec, "u" + spec.database().substring(1), "Secret0" + spec.port());
    database.sql().provision(Login.of(database.user(), database.password()), LIMIT);
    return database;
  }

  /** The thing under test. */
  public TenantDatabase sql() {
    return host.database(spec.id(), spec.database());
  }

  /** Howdah's own connections. */
  public ControlConnections control() {
    return host.clusters().connections(spec.id());
  }

  /** The default credential's connection. */
  public TestSession connect() throws SQLException {
    return connect(user, password);
  }

  /** A connection of another login. */
  public TestSession connect(String name, String secret) throws SQLException {
    return new TestSession(open(spec.database(), name, secret, "verify-full"));
  }

  /** A connection with everything chosen. */
  public Connection open(String database, String name, String secret, String sslMode)
      throws SQLException {
    Properties properties = new Properties();
    properties.put("user", name);
    properties.put("password", secret);
    properties.put("sslmode", sslMode);
    properties.put("sslrootcert", host.certificateAuthority().certificateFile().toString());
    properties.put("loginTimeout", "10");
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + spec.port() + "/" + database, properties);
  }
}
