package dev.howdah.cli.operator;

import static dev.howdah.cli.command.Command.command;

import dev.howdah.cli.command.Command;
import dev.howdah.cli.command.Feature;
import dev.howdah.cli.command.Invocation;
import dev.howdah.cli.command.Option;
import dev.howdah.cli.environment.CommandException;
import dev.howdah.cli.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** How the server and its host do. */
public final class DoctorCommands implements Feature {

  @Override
  public List<Command> commands() {
    return List.of(
        command("doctor", "check the host, the server and every database")
            .details(
                "For operators. Ends with code 1 when something is wrong, and says what to do"
                    + " about it.")
            .options(Option.JSON)
            .runs(DoctorCommands::doctor));
  }

  private static void doctor(Invocation in) throws IOException {
    Json answer = in.api().get("/doctor");
    List<Json> findings = answer.at("findings").items();
    if (in.json()) {
      in.output().json(answer);
    } else {
      show(in, findings);
    }
    long wrong = findings.stream().filter(finding -> !finding.flag("good")).count();
    if (wrong > 0) {
      throw new CommandException(wrong == 1 ? "One thing is wrong." : wrong + " things are wrong.");
    }
  }

  private static void show(Invocation in, List<Json> findings) {
    var rows = new ArrayList<List<String>>();
    for (Json finding : findings) {
      boolean good = finding.flag("good");
      rows.add(List.of(good ? "ok" : "!", finding.text("about"), finding.text("text")));
      if (!good) {
        rows.add(List.of("", "", finding.text("advice")));
      }
    }
    in.output().columns(rows);
  }
}
