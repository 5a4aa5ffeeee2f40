package dev.howdah.cli.pg;

import static dev.howdah.cli.command.Command.command;

import dev.howdah.cli.command.Command;
import dev.howdah.cli.command.Feature;
import dev.howdah.cli.command.Invocation;
import dev.howdah.cli.command.Option;
import dev.howdah.cli.environment.CommandException;
import dev.howdah.cli.http.Api;
import dev.howdah.cli.json.Json;
import dev.howdah.cli.output.Sizes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code pg:copy}: everything of one database into another, done by the server. */
public final class CopyCommands implements Feature {
  private static final int LAST_LOGS = 5;

  /**
   * A side of a copy.
   *
   * @param database absent when it is elsewhere and given by its URL
   */
  private record Side(@Nullable Database database, String name, String confirm, String url) {}

  @Override
  public List<Command> commands() {
    return List.of(
        command("pg:copy SOURCE TARGET", "replace all data of a database by those of another")
            .aliases("pgbackups:transfer")
            .details(
                "One of them may be the URL of a database elsewhere. A target of this service is",
                "exchanged when everything has arrived; until then it is as it was. A target",
                "elsewhere is overwritten in place. Ctrl-C ends the watching, not the copy.")
            .app()
            .options(
                Option.value("confirm", "NAME", "name of the target, instead of being asked"),
                Option.flag("verbose", "show what pg_dump and pg_restore say"),
                Option.value("wait-interval", "SECONDS", "how often to ask how far it is"),
                Option.JSON)
            .runs(CopyCommands::copy));
  }

  private static void copy(Invocation in) throws IOException {
    long interval = Waiting.interval(in);
    Side source = side(in, in.argument(0));
    Side target = side(in, in.argument(1));
    if (source.url().equals(target.url())) {
      throw new CommandException("Cannot copy database to itself");
    }
    Database ours = target.database() == null ? source.database() : target.database();
    if (ours == null) {
      throw new CommandException("One of the databases must be of this service.");
    }
    in.confirmName(
        target.confirm(),
        "WARNING: Destructive Action\nThis command will remove all data from "
            + target.name()
            + "\nData from "
            + source.name()
            + " will then be transferred to "
            + target.name());
    Json started =
        in.api()
            .post(
                "/client/v11/databases/" + Api.part(ours.addonId()) + "/transfers",
                Json.object(
                    "from_name", source.name(),
                    "from_url", source.url(),
                    "to_name", target.name(),
                    "to_url", target.url()));
    if (!in.json()) {
      warnOfCredentials(in, source);
    }
    watch(in, ours.addonApp(), started.text("uuid"), source, target, interval);
  }

  private static Side side(Invocation in, String word) throws IOException {
    if (word.startsWith("postgres://") || word.startsWith("postgresql://")) {
      ConnectionUrl url = ConnectionUrl.parse(word);
      String place = url.host() + (url.port().isEmpty() ? "" : ":" + url.port());
      return new Side(null, "database " + url.database() + " on " + place, url.database(), word);
    }
    Database database = Databases.resolve(in, Optional.of(word));
    ConnectionUrl.of(database);
    String name = database.shortName();
    return new Side(database, name, name, database.url());
  }

  private static void warnOfCredentials(Invocation in, Side source) throws IOException {
    Database database = source.database();
    if (database == null) {
      return;
    }
    int credentials =
        in.api()
            .get("/postgres/v0/databases/" + Api.part(database.addonId()) + "/credentials")
            .items()
            .size();
    if (credentials > 1) {
      in.output()
          .error(
              "Only what the default credential may read is copied. Other credentials, and what"
                  + " only they may read, are not.");
    }
  }

  private static void watch(
      Invocation in, String app, String uuid, Side source, Side target, long interval)
      throws IOException {
    String path = "/client/v11/apps/" + Api.part(app) + "/transfers/" + Api.part(uuid);
    boolean verbose = in.has("verbose") && !in.json();
    var waiting =
        new Waiting(
            in.output(), "Copying " + source.name() + " to " + target.name() + "... ", interval);
    int shown = 0;
    Json transfer = in.api().get(path + "?verbose=true");
    while (true) {
      if (verbose) {
        List<Json> logs = transfer.at("logs").items();
        for (Json log : logs.subList(Math.min(shown, logs.size()), logs.size())) {
          in.output().line(log.text("created_at") + " " + log.text("message"));
        }
        shown = logs.size();
        in.output().flush();
      }
      if (!transfer.at("finished_at").isNull()) {
        break;
      }
      if (verbose || in.json()) {
        Waiting.sleep(interval);
      } else {
        waiting.pause(
            transfer.at("started_at").isNull()
                ? "pending"
                : Sizes.of(transfer.number("processed_bytes")));
      }
      transfer = in.api().get(path + "?verbose=true");
    }
    boolean succeeded = transfer.flag("succeeded");
    if (in.json()) {
      in.output().json(transfer);
    } else if (succeeded) {
      waiting.endsAnyway("done, " + Sizes.of(transfer.number("processed_bytes")));
    } else {
      waiting.endsAnyway("failed");
    }
    if (!succeeded) {
      throw new CommandException(failure(transfer));
    }
    if (transfer.number("warnings") > 0 && !in.json()) {
      in.output()
          .error(
              "The copy finished with "
                  + transfer.number("warnings")
                  + " warnings:\n"
                  + lastLogs(transfer));
    }
  }

  private static String failure(Json transfer) {
    return "An error occurred and your copy did not finish.\n" + lastLogs(transfer);
  }

  private static String lastLogs(Json transfer) {
    List<Json> logs = transfer.at("logs").items();
    var lines = new ArrayList<String>();
    for (Json log : logs.subList(Math.max(0, logs.size() - LAST_LOGS), logs.size())) {
      lines.add(log.text("message"));
    }
    return String.join("\n", lines);
  }
}
