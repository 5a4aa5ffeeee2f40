package dev.howdah.cli.pg.client;

import dev.howdah.cli.environment.CommandException;
import dev.howdah.cli.environment.Environment;
import dev.howdah.cli.output.Output;
import dev.howdah.cli.pg.ConnectionUrl;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** psql on one database. */
final class Psql {
  private final Environment environment;
  private final Map<String, String> connection;

  Psql(Environment environment, ConnectionUrl url) {
    this.environment = environment;
    this.connection = connection(environment, url, "psql non-interactive");
  }

  /** Settings for a PostgreSQL program; TLS is asked for from whatever has a host. */
  static Map<String, String> connection(
      Environment environment, ConnectionUrl url, String applicationName) {
    var connection = new LinkedHashMap<>(url.environment());
    connection.put("PGAPPNAME", applicationName);
    if (!url.isLocal() && environment.variable("PGSSLMODE").isEmpty()) {
      connection.put("PGSSLMODE", "require");
    }
    return connection;
  }

  /** Runs a statement; its result goes to the terminal as psql's table. */
  void show(Output output, String sql) throws IOException {
    int status = Program.interactive(builder(List.of("-P", "pager=off", "-c", sql)), output);
    if (status != 0) {
      throw new CommandException("psql exited with code " + status);
    }
  }

  /** Runs a statement and gives its result, unaligned and without a head. */
  String read(String sql) throws IOException {
    Program.Result result = Program.read(builder(List.of("-A", "-t", "-c", sql)));
    if (result.status() != 0) {
      throw new CommandException("psql exited with code " + result.status());
    }
    return result.output().strip();
  }

  private ProcessBuilder builder(List<String> options) {
    var command = new ArrayList<String>();
    command.add("psql");
    command.add("-X");
    command.addAll(options);
    return Program.prepare(environment, connection, command);
  }
}
