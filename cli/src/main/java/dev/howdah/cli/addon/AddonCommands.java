package dev.howdah.cli.addon;

import static dev.howdah.cli.command.Command.command;

import dev.howdah.cli.command.Command;
import dev.howdah.cli.command.Feature;
import dev.howdah.cli.command.Invocation;
import dev.howdah.cli.command.Option;
import dev.howdah.cli.environment.CommandException;
import dev.howdah.cli.http.Api;
import dev.howdah.cli.http.ApiException;
import dev.howdah.cli.json.Json;
import dev.howdah.cli.output.Browser;
import dev.howdah.cli.output.Prices;
import dev.howdah.cli.release.Releases;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The add-ons of an app. */
public final class AddonCommands implements Feature {
  static final String ADDON = "addon_service,plan";

  @Override
  public List<Command> commands() {
    return List.of(
        command("addons", "list the add-ons of an app")
            .aliases("addons:list")
            .app()
            .options(Option.flag("all", 'A', "of every app"), Option.JSON)
            .runs(AddonCommands::list),
        command("addons:create SERVICE[:PLAN]", "add an add-on to an app")
            .aliases("addons:add")
            .details("What else a service takes is given as --OPTION VALUE or after --.")
            .app()
            .options(CreateCommand.DATABASE_OPTIONS.toArray(Option[]::new))
            .options(
                Option.CONFIRM,
                Option.value("as", "NAME", "name of the config vars"),
                Option.value("name", "NAME", "name of the add-on"),
                Option.flag("wait", "wait until it is there"))
            .passThrough()
            .runs(CreateCommand::run),
        command("addons:destroy ADDON...", "take an add-on away from an app, with its data")
            .aliases("addons:remove")
            .app()
            .options(
                Option.CONFIRM,
                Option.flag("force", 'f', "even if other apps use it"),
                Option.flag("wait", "wait until it is gone"))
            .runs(AddonCommands::destroy),
        command("addons:info ADDON", "show what is known about an add-on")
            .app()
            .options(Option.JSON)
            .runs(AddonCommands::info),
        command("addons:upgrade ADDON [PLAN]", "change the plan of an add-on")
            .aliases("addons:downgrade")
            .details("ADDON is its name, or the service with the new plan: SERVICE:PLAN.")
            .app()
            .runs(AddonCommands::changePlan),
        command("addons:rename ADDON NAME", "rename an add-on").runs(AddonCommands::rename),
        command("addons:open ADDON", "open the page of an add-on in the browser")
            .app()
            .options(Option.flag("show-url", "print its address only"))
            .runs(AddonCommands::open),
        command("addons:docs SERVICE", "open the documentation of an add-on")
            .options(Option.flag("show-url", "print its address only"))
            .runs(AddonCommands::docs),
        command("addons:wait [ADDON]", "wait until add-ons are there")
            .app()
            .options(Option.value("wait-interval", "SECONDS", "how often to ask"))
            .runs(AddonCommands::waitFor));
  }

  static String path(String app) {
    return "/apps/" + Api.part(app) + "/addons";
  }

  /** The add-on a word means: name, attachment, config var or service. */
  static Json resolve(Invocation in, String word, String app) throws IOException {
    String name = word;
    String on = app;
    int colons = word.indexOf("::");
    if (colons >= 0) {
      on = word.substring(0, colons);
      name = word.substring(colons + 2);
    }
    List<Json> found =
        in.api()
            .post(
                "/actions/addons/resolve",
                Map.of("Accept-Expansion", ADDON),
                Json.object("addon", name, "app", on.isEmpty() ? null : on))
            .items();
    if (found.isEmpty()) {
      throw new CommandException("Couldn't find that add-on: " + word);
    }
    if (found.size() > 1) {
      var names = new TreeSet<String>();
      found.forEach(addOn -> names.add(addOn.text("name")));
      throw new CommandException(
          "Ambiguous identifier; multiple matching add-ons found: " + String.join(", ", names));
    }
    return found.get(0);
  }

  private static void list(Invocation in) throws IOException {
    boolean all = in.has("all");
    String app = all ? "" : in.app();
    List<Json> addOns =
        in.api().list(all ? "/addons" : path(app), Map.of("Accept-Expansion", ADDON));
    if (in.json()) {
      in.output().json(Json.array(addOns));
      return;
    }
    if (addOns.isEmpty()) {
      in.output().line(all ? "You have no add-ons." : app + " has no add-ons.");
      return;
    }
    List<Json> attachments =
        in.api().list(all ? "/addon-attachments" : "/apps/" + Api.part(app) + "/addon-attachments");
    var apps = new TreeSet<String>();
    addOns.forEach(addOn -> apps.add(addOn.at("app").text("name")));
    String separator = "";
    for (String owner : apps) {
      in.output().text(separator);
      separator = "\n";
      in.output().header(owner + " Configured Add-ons");
      var rows = new ArrayList<List<String>>();
      for (Json addOn : addOns) {
        if (addOn.at("app").text("name").equals(owner)) {
          rows.add(
              List.of(
                  addOn.at("plan").text("name"), bestName(attachments, addOn.text("id"), owner)));
        }
      }
      rows.sort((one, other) -> one.toString().compareTo(other.toString()));
      in.output().columns(rows);
    }
  }

  /** The attachment an add-on is called by; for databases the colour, not {@code DATABASE}. */
  static String bestName(List<Json> attachments, String addonId, String app) {
    String best = "";
    for (Json attachment : attachments) {
      if (attachment.at("addon").text("id").equals(addonId)
          && attachment.at("app").text("name").equals(app)
          && (best.isEmpty() || best.equals("DATABASE"))
          && attachment.at("namespace").isNull()) {
        best = attachment.text("name");
      }
    }
    return best;
  }

  private static void destroy(Invocation in) throws IOException {
    String app = in.app();
    var words = new ArrayList<String>();
    for (String word : in.arguments()) {
      words.add(
          word.startsWith("HEROKU_POSTGRESQL_") && word.endsWith("_URL")
              ? word.substring(0, word.length() - "_URL".length())
              : word);
    }
    // Nothing is asked and nothing removed before all of them are known to be there.
    var addOns = new ArrayList<Json>();
    for (String word : words) {
      addOns.add(resolve(in, word, app));
    }
    var confirmed = new TreeSet<String>();
    for (Json addOn : addOns) {
      String owner = addOn.at("app").text("name");
      if (confirmed.add(owner)) {
        in.confirm(owner);
      }
    }
    for (int i = 0; i < addOns.size(); i++) {
      Json addOn = addOns.get(i);
      String owner = addOn.at("app").text("name");
      in.output()
          .action("Removing " + words.get(i) + " on " + owner, () -> remove(in, addOn, owner));
    }
  }

  private static String remove(Invocation in, Json addOn, String owner) throws IOException {
    String path = path(addOn.at("app").text("id")) + "/" + Api.part(addOn.text("id"));
    Json gone = in.api().delete(path, Json.object("force", in.has("force")));
    String state = gone.text("state");
    if (state.equals("deprovisioning") && in.has("wait")) {
      waitUntilGone(in, path);
    }
    return status(Releases.newest(in.api(), owner), Prices.ofAddon(priced(gone, addOn)));
  }

  private static Json priced(Json answer, Json before) {
    return Prices.ofAddon(answer).isEmpty() ? before : answer;
  }

  private static void waitUntilGone(Invocation in, String path) throws IOException {
    try {
      while (in.api().get(path).text("state").equals("deprovisioning")) {
        pause(2);
      }
    } catch (ApiException e) {
      if (e.status() != 404) {
        throw e;
      }
    }
  }

  static void pause(long seconds) throws IOException {
    try {
      Thread.sleep(seconds * 1000);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted");
    }
  }

  /** {@code v12 ($50/mo)}: what stands after {@code done}. */
  static String status(String release, String price) {
    String bracketed = price.isEmpty() ? "" : "(" + price + ")";
    return (release + " " + bracketed).strip();
  }

  private static void info(Invocation in) throws IOException {
    Json addOn = resolve(in, in.argument(0), in.findApp().orElse(""));
    if (in.json()) {
      in.output().json(addOn);
      return;
    }
    var attachments = new ArrayList<String>();
    for (Json attachment :
        in.api().list("/addons/" + Api.part(addOn.text("id")) + "/addon-attachments")) {
      attachments.add(attachment.at("app").text("name") + "::" + attachment.text("name"));
    }
    var block = new LinkedHashMap<String, List<String>>();
    block.put("Plan", List.of(addOn.at("plan").text("name")));
    block.put("Price", List.of(Prices.ofAddon(addOn)));
    block.put("Attachments", attachments);
    block.put("Owning app", List.of(addOn.at("app").text("name")));
    block.put("Installed at", List.of(addOn.text("created_at")));
    block.put("State", List.of(addOn.text("state")));
    in.output().header(addOn.text("name"));
    in.output().hash(block);
  }

  private static void changePlan(Invocation in) throws IOException {
    String word = in.argument(0);
    String plan = in.optional(1).orElse(word);
    if (!plan.contains(":")) {
      throw new CommandException(
          "No plan specified.\nYou need to specify a plan to move "
              + word
              + " to: howdah addons:upgrade "
              + word
              + " SERVICE:PLAN");
    }
    String name = in.optional(1).isPresent() ? word : word.substring(0, word.indexOf(':'));
    String app = in.findApp().orElse("");
    Json addOn = resolve(in, name, app);
    String owner = addOn.at("app").text("name");
    var changed = new ArrayList<Json>();
    in.output()
        .action(
            (in.optional(1).isPresent() ? "Changing " + addOn.text("name") : "Changing " + name)
                + " to "
                + plan
                + " on "
                + owner,
            () -> {
              changed.add(
                  in.api()
                      .patch(
                          path(owner) + "/" + Api.part(addOn.text("name")),
                          Map.of(
                              "Accept-Expansion", "plan",
                              "X-Heroku-Legacy-Provider-Messages", "true"),
                          Json.object("plan", Json.object("name", plan))));
              return status(Releases.newest(in.api(), owner), Prices.ofAddon(changed.get(0)));
            });
    String message = changed.get(0).text("provision_message");
    if (!message.isBlank()) {
      in.output().line(message.strip());
    }
    if (plan.startsWith(CreateCommand.POSTGRES + ":") && isWaiting(in, addOn)) {
      in.output().line("Use `heroku pg:wait` to track status.");
    }
  }

  /** Whether the server goes on with a database after its answer. */
  private static boolean isWaiting(Invocation in, Json addOn) throws IOException {
    return in.api()
        .get("/client/v11/databases/" + Api.part(addOn.text("id")) + "/wait_status")
        .flag("waiting?");
  }

  private static void rename(Invocation in) throws IOException {
    Json addOn = in.api().get("/addons/" + Api.part(in.argument(0)));
    String path = path(addOn.at("app").text("id")) + "/" + Api.part(addOn.text("id"));
    in.output()
        .action(
            "Renaming " + in.argument(0) + " to " + in.argument(1),
            () -> {
              in.api().patch(path, Json.object("name", in.argument(1)));
              return "";
            });
  }

  private static void open(Invocation in) throws IOException {
    Json addOn = resolve(in, in.argument(0), in.findApp().orElse(""));
    String url = addOn.text("web_url");
    if (in.has("show-url")) {
      in.output().line(url);
      return;
    }
    in.output()
        .action(
            "Opening " + addOn.text("name"),
            () -> {
              Browser.open(url);
              return "";
            });
  }

  private static void docs(Invocation in) throws IOException {
    String service = in.argument(0);
    int colon = service.indexOf(':');
    if (colon >= 0) {
      service = service.substring(0, colon);
    }
    String url = "https://devcenter.heroku.com/articles/" + service;
    if (in.has("show-url")) {
      in.output().line(url);
      return;
    }
    in.output()
        .action(
            "Opening " + service + " docs",
            () -> {
              Browser.open(url);
              return "";
            });
  }

  private static void waitFor(Invocation in) throws IOException {
    String app = in.app();
    long interval = 5;
    if (in.value("wait-interval").isPresent()) {
      if (!in.value("wait-interval").get().matches("[1-9][0-9]{0,4}")) {
        throw new CommandException("--wait-interval is a number of seconds.");
      }
      interval = Long.parseLong(in.value("wait-interval").get());
    }
    List<Json> addOns =
        in.optional(0).isPresent()
            ? List.of(resolve(in, in.argument(0), app))
            : in.api().list(path(app), Map.of("Accept-Expansion", ADDON));
    for (Json addOn : addOns) {
      if (addOn.text("state").equals("provisioning")) {
        waitUntilThere(in, addOn, interval);
      }
    }
  }

  static void waitUntilThere(Invocation in, Json addOn, long interval) throws IOException {
    String path = path(addOn.at("app").text("name")) + "/" + Api.part(addOn.text("name"));
    in.output()
        .action(
            "Creating " + addOn.text("name"),
            () -> {
              Json now = in.api().get(path);
              while (now.text("state").equals("provisioning")) {
                pause(interval);
                now = in.api().get(path);
              }
              if (now.text("state").equals("deprovisioned")) {
                throw new CommandException(
                    "The add-on was unable to be created, with status " + now.text("state"));
              }
              return "";
            });
  }
}
