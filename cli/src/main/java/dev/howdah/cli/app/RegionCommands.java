package dev.howdah.cli.app;

import static dev.howdah.cli.command.Command.command;

import dev.howdah.cli.command.Command;
import dev.howdah.cli.command.Feature;
import dev.howdah.cli.command.Invocation;
import dev.howdah.cli.command.Option;
import dev.howdah.cli.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Regions. */
public final class RegionCommands implements Feature {

  @Override
  public List<Command> commands() {
    return List.of(
        command("regions", "list the regions apps can be in")
            .options(Option.JSON)
            .runs(RegionCommands::list));
  }

  private static void list(Invocation in) throws IOException {
    List<Json> regions = in.api().list("/regions");
    if (in.json()) {
      in.output().json(Json.array(regions));
      return;
    }
    var rows = new ArrayList<List<String>>();
    for (Json region : regions) {
      rows.add(List.of(region.text("name"), region.text("description")));
    }
    rows.sort((one, other) -> one.get(0).compareTo(other.get(0)));
    in.output().header("Regions");
    in.output().columns(rows);
  }
}
