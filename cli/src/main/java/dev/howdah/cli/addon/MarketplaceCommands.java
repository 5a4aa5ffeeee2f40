package dev.howdah.cli.addon;

import static dev.howdah.cli.command.Command.command;

import dev.howdah.cli.command.Command;
import dev.howdah.cli.command.Feature;
import dev.howdah.cli.command.Invocation;
import dev.howdah.cli.command.Option;
import dev.howdah.cli.http.Api;
import dev.howdah.cli.json.Json;
import dev.howdah.cli.output.Prices;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What there is to add. */
public final class MarketplaceCommands implements Feature {

  @Override
  public List<Command> commands() {
    return List.of(
        command("addons:services", "list the add-on services")
            .options(Option.JSON)
            .runs(MarketplaceCommands::services),
        command("addons:plans SERVICE", "list the plans of an add-on service")
            .options(Option.JSON)
            .runs(MarketplaceCommands::plans));
  }

  private static void services(Invocation in) throws IOException {
    List<Json> services = in.api().list("/addon-services");
    if (in.json()) {
      in.output().json(Json.array(services));
      return;
    }
    var rows = new ArrayList<List<String>>();
    for (Json service : services) {
      rows.add(List.of(service.text("name"), service.text("human_name"), service.text("state")));
    }
    rows.sort((one, other) -> one.get(0).compareTo(other.get(0)));
    in.output().table(List.of("Slug", "Name", "State"), rows);
  }

  private static void plans(Invocation in) throws IOException {
    var plans =
        new ArrayList<>(in.api().list("/addon-services/" + Api.part(in.argument(0)) + "/plans"));
    if (in.json()) {
      in.output().json(Json.array(plans));
      return;
    }
    plans.sort(
        Comparator.comparing((Json plan) -> plan.at("price").flag("contract"))
            .thenComparingLong(plan -> plan.at("price").number("cents")));
    var rows = new ArrayList<List<String>>();
    for (Json plan : plans) {
      rows.add(
          List.of(
              plan.flag("default") ? "default" : "",
              plan.text("name"),
              plan.text("human_name"),
              Prices.of(plan.at("price"))));
    }
    in.output().table(List.of("", "Slug", "Name", "Price"), rows);
  }
}
