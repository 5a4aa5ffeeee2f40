package dev.howdah.cli.pg;

import dev.howdah.cli.command.Invocation;
import dev.howdah.cli.environment.CommandException;
import dev.howdah.cli.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** {@code pg:wait}: waits for one database, or for all of an app one after the other. */
final class WaitCommand {

  private WaitCommand() {}

  static void run(Invocation in) throws IOException {
    long interval = Waiting.interval(in);
    List<Database> databases =
        in.optional(0).isPresent()
            ? List.of(Databases.resolve(in, in.optional(0)))
            : Databases.of(in.api(), in.app()).all();
    var ends = new ArrayList<Json>();
    var failures = new ArrayList<String>();
    for (Database database : databases) {
      Json status = Waiting.forDatabase(in, database, interval);
      if (status.flag("error?")) {
        failures.add(status.text("message"));
        if (!in.json()) {
          break;
        }
      }
      ends.add(
          Json.object(
              "config_var", database.configVar(),
              "primary", database.primary(),
              "addon", database.addonName(),
              "available", !status.flag("error?"),
              "message", status.text("message")));
    }
    if (in.json()) {
      in.output().json(Json.array(ends));
    }
    if (!failures.isEmpty()) {
      throw new CommandException(String.join("\n", failures));
    }
  }
}
