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
import java.util.Optional;

/** {@code pg:psql}: the local psql on a database of the service. */
public final class PsqlCommands implements Feature {

  @Override
  public List<Command> commands() {
    return List.of(
        command("pg:psql [DATABASE]", "open a psql shell to a database")
            .aliases("psql")
            .app()
            .options(
                Option.value("command", 'c', "SQL", "run this and leave"),
                Option.value("file", 'f', "FILE", "run the SQL of this file and leave"),
                Option.value("credential", "NAME", "connect as this credential"))
            .runs(PsqlCommands::psql));
  }

  private static void psql(Invocation in) throws IOException {
    Database database = Databases.resolve(in, in.optional(0));
    ConnectionUrl url =
        in.value("credential").isPresent()
            ? credential(in, database, in.value("credential").get())
            : ConnectionUrl.of(database);
    boolean script = in.has("command") || in.has("file");
    // The banner is for people: it must not get into a file that the output is sent to.
    in.output().remark("---> Connecting to " + database.displayName());
    var words = new ArrayList<String>();
    words.add("psql");
    String prompt = database.app() + "::" + database.shortName() + "%R%# ";
    words.addAll(List.of("--set", "PROMPT1=" + prompt, "--set", "PROMPT2=" + prompt));
    in.value("command").ifPresent(sql -> words.addAll(List.of("-c", sql)));
    in.value("file").ifPresent(file -> words.addAll(List.of("-f", file)));
    int status =
        Program.interactive(
            Program.prepare(
                in.environment(),
                Psql.connection(
                    in.environment(), url, script ? "psql non-interactive" : "psql interactive"),
                words),
            in.output());
    if (status != 0) {
      throw new CommandException("psql exited with code " + status, script ? 1 : status);
    }
  }

  /** The variable of an attachment has it at hand; else the server is asked. */
  private static ConnectionUrl credential(Invocation in, Database database, String name)
      throws IOException {
    Json credential =
        in.api()
            .get(
                "/postgres/v0/databases/"
                    + Api.part(database.addonId())
                    + "/credentials/"
                    + Api.part(name));
    Optional<Json> login =
        credential.at("credentials").items().stream()
            .filter(one -> one.text("state").equals("active"))
            .findFirst();
    if (login.isEmpty()) {
      throw new CommandException("The credential " + name + " has no login that is active.");
    }
    return new ConnectionUrl(
        login.get().text("user"),
        login.get().text("password"),
        credential.text("host"),
        credential.text("port"),
        credential.text("database"));
  }
}
