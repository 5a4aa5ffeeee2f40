package dev.howdah.cli.pg.client;

import static dev.howdah.cli.command.Command.command;

import dev.howdah.cli.command.Command;
import dev.howdah.cli.command.Feature;
import dev.howdah.cli.command.Invocation;
import dev.howdah.cli.command.Option;
import dev.howdah.cli.environment.CommandException;
import dev.howdah.cli.json.Json;
import dev.howdah.cli.pg.ConnectionUrl;
import dev.howdah.cli.pg.Database;
import dev.howdah.cli.pg.Databases;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** Who is doing what in a database, and making them stop. */
public final class ActivityCommands implements Feature {
  /** Superusers are the service itself; trying to end one would end the whole statement. */
  private static final String END_ALL =
      """
      SELECT pg_terminate_backend(a.pid)
        FROM pg_stat_activity a JOIN pg_roles r ON r.rolname = a.usename
       WHERE a.pid <> pg_backend_pid()
         AND a.datname = current_database()
         AND NOT r.rolsuper
      """;

  @Override
  public List<Command> commands() {
    return List.of(
        command("pg:ps [DATABASE]", "show the queries that are running")
            .app()
            .options(Option.flag("verbose", 'v', "user and transaction, too"), Option.JSON)
            .runs(ActivityCommands::running),
        command("pg:kill PID [DATABASE]", "cancel a query")
            .app()
            .options(Option.flag("force", 'f', "end the whole connection"))
            .runs(ActivityCommands::kill),
        command("pg:killall [DATABASE]", "end every connection")
            .app()
            .runs(ActivityCommands::killAll));
  }

  private static void running(Invocation in) throws IOException {
    boolean verbose = in.has("verbose");
    String sql =
        """
        SELECT pid, state, application_name AS source, %s
               age(now(), xact_start) AS running_for, %s
               wait_event IS NOT NULL AS waiting, query
          FROM pg_stat_activity
         WHERE query <> '<insufficient privilege>'
           AND state <> 'idle'
           AND pid <> pg_backend_pid()
         ORDER BY query_start DESC
        """
            .formatted(
                verbose ? "usename AS username," : "",
                verbose ? "xact_start AS transaction_start," : "");
    run(in, in.optional(0), sql);
  }

  private static void kill(Invocation in) throws IOException {
    String pid = in.argument(0);
    if (!pid.matches("[0-9]{1,9}")) {
      throw new CommandException("PID must be a number, not " + pid + ".");
    }
    run(
        in,
        in.optional(1),
        "SELECT " + (in.has("force") ? "pg_terminate_backend(" : "pg_cancel_backend(") + pid + ")");
  }

  private static void killAll(Invocation in) throws IOException {
    run(in, in.optional(0), END_ALL);
  }

  /** Runs a statement on the database of an argument and shows the table, or JSON for scripts. */
  static void run(Invocation in, Optional<String> argument, String sql) throws IOException {
    Database database = Databases.resolve(in, argument);
    run(in, new Psql(in.environment(), ConnectionUrl.of(database)), sql);
  }

  static void run(Invocation in, Psql psql, String sql) throws IOException {
    if (in.json()) {
      String rows =
          psql.read("SELECT coalesce(json_agg(row_to_json(t)), '[]') FROM (" + sql + ") t");
      in.output().json(Json.parse(rows.getBytes(StandardCharsets.UTF_8)));
    } else {
      psql.show(in.output(), sql);
    }
  }
}
