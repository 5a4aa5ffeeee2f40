package dev.howdah.cli.app;

import static dev.howdah.cli.command.Command.command;

import dev.howdah.cli.command.Command;
import dev.howdah.cli.command.Feature;
import dev.howdah.cli.command.Invocation;
import dev.howdah.cli.command.Option;
import dev.howdah.cli.http.Api;
import dev.howdah.cli.http.ApiException;
import dev.howdah.cli.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/** Features of apps and accounts that can be switched on and off. */
public final class FeatureCommands implements Feature {
  private final String word;

  /** The commands of {@code features} or of {@code labs}, which differ in what they list. */
  public FeatureCommands(String word) {
    this.word = word;
  }

  @Override
  public List<Command> commands() {
    return List.of(
        command(word, "list features").app().options(Option.JSON).runs(this::list),
        command(word + ":info FEATURE", "show a feature")
            .app()
            .options(Option.JSON)
            .runs(this::info),
        command(word + ":enable FEATURE", "switch a feature on").app().runs(in -> turn(in, true)),
        command(word + ":disable FEATURE", "switch a feature off")
            .app()
            .runs(in -> turn(in, false)));
  }

  private boolean labs() {
    return word.equals("labs");
  }

  private void list(Invocation in) throws IOException {
    var all = new ArrayList<Json>();
    String app = labs() ? in.findApp().orElse("") : in.app();
    if (labs()) {
      List<Json> ours = listed(in.api().list("/account/features"));
      all.addAll(ours);
      if (!in.json()) {
        section(in, "User Features (" + in.api().get("/account").text("email") + ")", ours);
      }
    }
    if (!app.isEmpty()) {
      List<Json> its = listed(in.api().list(AppCommands.path(app) + "/features"));
      all.addAll(its);
      if (!in.json()) {
        section(in, "App Features (" + app + ")", its);
      }
    }
    if (in.json()) {
      in.output().json(Json.array(all));
    }
  }

  private List<Json> listed(List<Json> features) {
    var listed = new ArrayList<Json>();
    for (Json feature : features) {
      if (feature.text("state").equals("general") != labs()) {
        listed.add(feature);
      }
    }
    return listed;
  }

  private static void section(Invocation in, String title, List<Json> features) {
    in.output().header(title);
    var rows = new ArrayList<List<String>>();
    for (Json feature : features) {
      rows.add(
          List.of(
              (feature.flag("enabled") ? "[+] " : "[ ] ") + feature.text("name"),
              feature.text("description")));
    }
    in.output().columns(rows);
  }

  private void info(Invocation in) throws IOException {
    Json feature = in.api().get(path(in));
    if (in.json()) {
      in.output().json(feature);
      return;
    }
    in.output().header(feature.text("name"));
    var block = new LinkedHashMap<String, String>();
    block.put("Enabled", feature.text("enabled"));
    block.put("Docs", feature.text("doc_url"));
    block.put("Summary", feature.text("description"));
    in.output().pairs(block);
  }

  private void turn(Invocation in, boolean on) throws IOException {
    String path = path(in);
    String whose = path.startsWith("/account") ? "your account" : in.app();
    in.output()
        .action(
            (on ? "Enabling " : "Disabling ") + in.argument(0) + " for " + whose,
            () -> {
              in.api().patch(path, Json.object("enabled", on));
              return "";
            });
  }

  /** An account's feature goes before an app's of the same name. */
  private String path(Invocation in) throws IOException {
    String name = Api.part(in.argument(0));
    if (labs()) {
      try {
        in.api().get("/account/features/" + name);
        return "/account/features/" + name;
      } catch (ApiException e) {
        if (e.status() != 404) {
          throw e;
        }
      }
    }
    return AppCommands.path(in.app()) + "/features/" + name;
  }
}
