package dev.howdah.cli.pg.client;

import static dev.howdah.cli.command.Command.command;

import dev.howdah.cli.command.Command;
import dev.howdah.cli.command.Feature;
import dev.howdah.cli.command.Invocation;
import dev.howdah.cli.command.Option;
import dev.howdah.cli.environment.CommandException;
import dev.howdah.cli.pg.ConnectionUrl;
import dev.howdah.cli.pg.Databases;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code pg:push} and {@code pg:pull}: whole databases between here and the service. */
public final class TransferCommands implements Feature {
  private static final Option EXCLUDE =
      Option.value("exclude-table-data", "TABLES", "leave out the rows of these (a;b;c)");

  @Override
  public List<Command> commands() {
    return List.of(
        command("pg:push SOURCE TARGET", "copy a local database to an empty one of the service")
            .details("SOURCE is the name or the URL of a local database.")
            .app()
            .options(EXCLUDE)
            .runs(TransferCommands::push),
        command("pg:pull SOURCE TARGET", "copy a database of the service to a new local one")
            .details("TARGET is the name or the URL of a local database that does not exist yet.")
            .app()
            .options(EXCLUDE)
            .runs(TransferCommands::pull));
  }

  private static void push(Invocation in) throws IOException {
    ConnectionUrl local = ConnectionUrl.parse(in.argument(0));
    ConnectionUrl remote = ConnectionUrl.of(Databases.resolve(in, Optional.of(in.argument(1))));
    String empty =
        new Psql(in.environment(), remote).read("SELECT count(*) = 0 FROM pg_stat_user_tables");
    if (!empty.equals("t")) {
      throw new CommandException(
          "Remote database is not empty.\n"
              + "Please create a new database, or use `heroku pg:reset`");
    }
    copy(in, local, remote);
  }

  private static void pull(Invocation in) throws IOException {
    ConnectionUrl remote = ConnectionUrl.of(Databases.resolve(in, Optional.of(in.argument(0))));
    ConnectionUrl local = ConnectionUrl.parse(in.argument(1));
    createLocal(in, local);
    copy(in, remote, local);
  }

  private static void createLocal(Invocation in, ConnectionUrl local) throws IOException {
    var connection = new LinkedHashMap<>(local.environment());
    connection.remove("PGDATABASE");
    Program.Result result =
        Program.readAll(
            Program.prepare(in.environment(), connection, List.of("createdb", local.database())));
    if (result.status() == 0) {
      return;
    }
    String said = createdb(result.output());
    if (said.contains("already exists")) {
      throw new CommandException(
          said
              + "\nPlease drop the local database (`dropdb "
              + local.database()
              + "`) and try again.");
    }
    throw new CommandException(
        said
            + "\nUnable to create new local database. Ensure your local Postgres is working and try"
            + " again.");
  }

  /** Newer programs write {@code createdb: error: ...}; the wording we keep had no such word. */
  private static String createdb(String said) {
    return said.strip().replace("createdb: error: ", "createdb: ");
  }

  private static void copy(Invocation in, ConnectionUrl source, ConnectionUrl target)
      throws IOException {
    var dump = new ArrayList<String>();
    dump.addAll(List.of("pg_dump", "--verbose", "-F", "c", "-Z", "0", "-N", "_heroku"));
    for (String table : in.value("exclude-table-data").orElse("").split(";", -1)) {
      if (!table.isBlank()) {
        dump.add("--exclude-table-data=" + table.strip());
      }
    }
    // pg_restore wants the database named; an empty name would print SQL instead.
    List<String> restore =
        List.of("pg_restore", "--verbose", "--no-acl", "--no-owner", "-d", target.database());
    int status =
        Program.pipeline(
            List.of(
                Program.prepare(in.environment(), connection(in, source), dump),
                Program.prepare(in.environment(), connection(in, target), restore)),
            in.output());
    compareExtensions(in, source, target);
    if (status != 0) {
      throw new CommandException(
          "The copy ended with errors (status "
              + status
              + ").\nReview the output above: whole tables may be missing.");
    }
    in.output().line("Copy completed.");
  }

  private static Map<String, String> connection(Invocation in, ConnectionUrl url) {
    return Psql.connection(in.environment(), url, "howdah transfer");
  }

  private static void compareExtensions(Invocation in, ConnectionUrl source, ConnectionUrl target)
      throws IOException {
    // pg_stat_statements is furniture of every database of the service, and no part of a copy.
    String sql =
        "SELECT extname FROM pg_extension WHERE extname <> 'pg_stat_statements' ORDER BY extname";
    String there = new Psql(in.environment(), source).read(sql);
    String here = new Psql(in.environment(), target).read(sql);
    if (!there.equals(here)) {
      in.output()
          .error(
              "WARNING: Extensions in newly created target database differ from existing source"
                  + " database.\n\nTarget extensions:\n"
                  + here
                  + "\n\nSource extensions:\n"
                  + there
                  + "\n\nHINT: You should review output to ensure that any errors\n"
                  + "ignored are acceptable - entire tables may have been missed, where a"
                  + " dependency\ncould not be resolved.");
    }
  }
}
