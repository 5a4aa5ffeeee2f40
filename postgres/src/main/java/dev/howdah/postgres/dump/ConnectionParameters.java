package dev.howdah.postgres.dump;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where a program of PostgreSQL connects, and as whom. A host that libpq would take for anything
 * but one name on the network (a path of a socket, a list) is refused here.
 *
 * @param host the name the server's certificate is for
 * @param address the numeric address to connect to; empty to look the name up
 * @param sslMode libpq's word for how much encryption, such as {@code require}
 * @param role the role to work as, when it is not the user's own
 */
public record ConnectionParameters(
    String host,
    Optional<String> address,
    int port,
    String database,
    String user,
    String password,
    String sslMode,
    Optional<String> role) {

  private static final String CONNECT_TIMEOUT = "15";

  /** Checks what libpq would read in more than one way. */
  public ConnectionParameters {
    if (!host.matches("[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+(%[A-Za-z0-9]+)?")) {
      throw new IllegalArgumentException("not a host of the network: " + host);
    }
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("not a port: " + port);
    }
    if (database.isEmpty() || database.indexOf('\0') >= 0 || user.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("a connection needs a database and a user");
    }
    if (!sslMode.matches("[a-z-]+") || !role.orElse("r").matches("[A-Za-z0-9_]+")) {
      throw new IllegalArgumentException("not an sslmode or not a role");
    }
  }

  /**
   * The database as an argument: a connection string with nothing but the name in it, because libpq
   * would take a bare name with {@code =} in it for a whole connection string.
   */
  String databaseArgument() {
    return "--dbname=dbname='" + database.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }

  /**
   * Everything else, as the environment of a process. Only that process' own user and root can read
   * it there. No file of that user's home or of the host adds to it.
   */
  Map<String, String> environment() {
    var variables = new LinkedHashMap<String, String>();
    variables.put("PGHOST", host);
    address.ifPresent(number -> variables.put("PGHOSTADDR", number));
    variables.put("PGPORT", Integer.toString(port));
    variables.put("PGUSER", user);
    variables.put("PGPASSWORD", password);
    variables.put("PGSSLMODE", sslMode);
    variables.put("PGGSSENCMODE", "disable");
    variables.put("PGCONNECT_TIMEOUT", CONNECT_TIMEOUT);
    variables.put("PGPASSFILE", "/dev/null");
    variables.put("PGSERVICEFILE", "/dev/null");
    variables.put("PGSYSCONFDIR", "/dev/null");
    variables.put("PGAPPNAME", "howdah transfer");
    role.ifPresent(name -> variables.put("PGOPTIONS", "-c role=" + name));
    return variables;
  }

  /** Says nothing of the password. */
  @Override
  public String toString() {
    return "%s@%s:%d/%s".formatted(user, host, port, database);
  }
}
