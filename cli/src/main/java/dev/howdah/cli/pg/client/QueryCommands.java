package dev.howdah.cli.pg.client;

import static dev.howdah.cli.command.Command.command;

import dev.howdah.cli.command.Command;
import dev.howdah.cli.command.Feature;
import dev.howdah.cli.command.Invocation;
import dev.howdah.cli.command.Option;
import dev.howdah.cli.environment.CommandException;
import dev.howdah.cli.http.Api;
import dev.howdah.cli.json.Json;
import dev.howdah.cli.pg.ConnectionUrl;
import dev.howdah.cli.pg.Database;
import dev.howdah.cli.pg.Databases;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One question to the catalogues each; {@link Queries} has the SQL. */
public final class QueryCommands implements Feature {
  private static final Option TRUNCATE =
      Option.flag("truncate", 't', "show only the beginning of each query");
  private static final int QUERY_WIDTH = 40;
  private static final int ROWS = 10;

  private record Query(String name, String summary, String sql) {}

  @Override
  public List<Command> commands() {
    var commands = new ArrayList<Command>();
    for (Query query :
        List.of(
            new Query("bloat", "show wasted space in tables and indexes", Queries.BLOAT),
            new Query("blocking", "show queries that hold locks others wait for", Queries.BLOCKING),
            new Query("cache-hit", "show how often the cache had the answer", Queries.CACHE_HIT),
            new Query("extensions", "show available and installed extensions", Queries.EXTENSIONS),
            new Query("index-size", "show the size of each index", Queries.INDEX_SIZE),
            new Query("index-usage", "show how often indexes are used", Queries.INDEX_USAGE),
            new Query(
                "long-running-queries",
                "show queries older than five minutes",
                Queries.LONG_RUNNING),
            new Query("records-rank", "show tables by number of rows", Queries.RECORDS_RANK),
            new Query("seq-scans", "show tables by number of full scans", Queries.SEQ_SCANS),
            new Query(
                "table-indexes-size",
                "show the size of each table's indexes",
                Queries.TABLE_INDEXES_SIZE),
            new Query("table-size", "show the size of each table", Queries.TABLE_SIZE),
            new Query("total-index-size", "show the size of all indexes", Queries.TOTAL_INDEX_SIZE),
            new Query(
                "total-table-size",
                "show the size of each table with its indexes",
                Queries.TOTAL_TABLE_SIZE),
            new Query("unused-indexes", "show indexes hardly used", Queries.UNUSED_INDEXES),
            new Query(
                "user-connections",
                "show the connections of each credential",
                Queries.USER_CONNECTIONS),
            new Query(
                "vacuum-stats",
                "show dead rows and when they will be vacuumed",
                Queries.VACUUM_STATS))) {
      commands.add(
          command("pg:" + query.name() + " [DATABASE]", query.summary())
              .app()
              .options(Option.JSON)
              .runs(in -> ActivityCommands.run(in, in.optional(0), query.sql())));
    }
    commands.add(
        command("pg:locks [DATABASE]", "show queries that hold an exclusive lock")
            .app()
            .options(TRUNCATE, Option.JSON)
            .runs(in ->
                ActivityCommands.run(
                    in, in.optional(0), Queries.LOCKS.formatted(query(in, "a.query")))));
    commands.add(
        command("pg:fdwsql PREFIX [DATABASE]", "generate the SQL for foreign tables of a database")
            .app()
            .options(Option.JSON)
            .runs(QueryCommands::foreignTables));
    commands.add(
        command("pg:mandelbrot [DATABASE]", "show the Mandelbrot set")
            .app()
            .options(Option.JSON)
            .runs(in -> ActivityCommands.run(in, in.optional(0), Queries.MANDELBROT)));
    commands.add(
        command("pg:stats-reset [DATABASE]", "forget what was counted of tables and indexes")
            .app()
            .options(Option.JSON)
            .runs(QueryCommands::resetStatistics));
    commands.add(statements("pg:calls [DATABASE]", "show the queries called most often", "calls"));
    commands.add(
        statements("pg:outliers [DATABASE]", "show the queries that took the most time", "total"));
    return commands;
  }

  private static void resetStatistics(Invocation in) throws IOException {
    Database database = Databases.resolve(in, in.optional(0));
    Json answer =
        in.api()
            .put(
                "/client/v11/databases/" + Api.part(database.addonId()) + "/stats_reset",
                Json.object(Map.of()));
    if (in.json()) {
      in.output().json(answer);
    } else {
      in.output().line(answer.text("message"));
    }
  }

  private static void foreignTables(Invocation in) throws IOException {
    String prefix = in.argument(0);
    if (!prefix.matches("[A-Za-z_][A-Za-z0-9_]*")) {
      throw new CommandException(
          "PREFIX begins with a letter or an underscore, and has only those and digits.");
    }
    Database database = Databases.resolve(in, in.optional(1));
    ConnectionUrl url = ConnectionUrl.of(database);
    var psql = new Psql(in.environment(), url);
    String sql = Queries.FOREIGN_TABLES.formatted(prefix);
    if (in.json()) {
      ActivityCommands.run(in, psql, sql);
      return;
    }
    in.output()
        .line(
            """
            CREATE EXTENSION IF NOT EXISTS postgres_fdw;
            DROP SERVER IF EXISTS %1$s_db;
            CREATE SERVER %1$s_db
              FOREIGN DATA WRAPPER postgres_fdw
              OPTIONS (dbname '%2$s', host '%3$s', port '%4$s');
            CREATE USER MAPPING FOR CURRENT_USER
              SERVER %1$s_db
              OPTIONS (user '%5$s', password '%6$s');\
            """
                .formatted(
                    prefix, url.database(), url.host(), url.port(), url.user(), url.password()));
    in.output().line(psql.read(sql));
  }

  private static Command statements(String usage, String summary, String order) {
    var row = command(usage, summary).app().options(TRUNCATE, Option.JSON);
    if (order.equals("total")) {
      row.options(
          Option.value("num", 'n', "NUM", "how many (default 10)"),
          Option.flag("reset", "forget what was measured so far"));
    }
    return row.runs(in -> statements(in, order));
  }

  private static void statements(Invocation in, String order) throws IOException {
    Database database = Databases.resolve(in, in.optional(0));
    var psql = new Psql(in.environment(), ConnectionUrl.of(database));
    String schema = psql.read(Queries.STATEMENTS_SCHEMA);
    if (schema.isEmpty()) {
      throw new CommandException(
          "The extension pg_stat_statements needs to be installed in the database first."
              + "\nThis command installs it: CREATE EXTENSION pg_stat_statements");
    }
    if (in.has("reset")) {
      psql.read("SELECT " + schema + ".pg_stat_statements_reset()");
      in.output().line("Statistics of " + database.displayName() + " are reset.");
      return;
    }
    ActivityCommands.run(
        in, psql, Queries.STATEMENTS.formatted(query(in, "s.query"), schema, order, number(in)));
  }

  private static String query(Invocation in, String column) {
    return in.has("truncate")
        ? "CASE WHEN length("
            + column
            + ") <= "
            + QUERY_WIDTH
            + " THEN "
            + column
            + " ELSE left("
            + column
            + ", "
            + (QUERY_WIDTH - 1)
            + ") || '…' END"
        : column;
  }

  private static int number(Invocation in) {
    String given = in.value("num").orElse("");
    if (given.isEmpty()) {
      return ROWS;
    }
    if (!given.matches("[1-9][0-9]{0,5}")) {
      throw new CommandException("Cannot parse num param value \"" + given + "\" to a number");
    }
    return Integer.parseInt(given);
  }
}
