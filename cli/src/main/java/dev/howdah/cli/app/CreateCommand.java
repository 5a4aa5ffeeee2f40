package dev.howdah.cli.app;

import dev.howdah.cli.command.Invocation;
import dev.howdah.cli.git.Repository;
import dev.howdah.cli.json.Json;
import dev.howdah.cli.output.Prices;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code apps:create}. */
final class CreateCommand {
  private CreateCommand() {}

  static void run(Invocation in) throws IOException {
    var wanted = new LinkedHashMap<String, @Nullable Object>();
    in.optional(0).or(() -> in.value("app")).ifPresent(name -> wanted.put("name", name));
    in.value("region").ifPresent(region -> wanted.put("region", region));
    in.value("stack").ifPresent(stack -> wanted.put("stack", stack));
    if (in.has("locked")) {
      wanted.put("locked", true);
    }
    Json app = in.api().post("/apps", Json.object(wanted));
    String name = app.text("name");
    if (in.json()) {
      in.output().json(app);
    } else {
      // The name is the server's to choose, so the line begins when the work is done.
      in.output()
          .action(
              "Creating " + name,
              () ->
                  in.value("region").isPresent()
                      ? "region is " + app.at("region").text("name")
                      : "stack is " + app.at("stack").text("name"));
    }
    addOns(in, name);
    buildpack(in, name);
    if (!in.json()) {
      in.output().line(app.text("web_url") + " | " + app.text("git_url"));
    }
    if (!in.has("no-remote")) {
      remote(in, app);
    }
  }

  private static void addOns(Invocation in, String app) throws IOException {
    for (String service : in.value("addons").orElse("").split(",", -1)) {
      if (service.isBlank()) {
        continue;
      }
      Json body = Json.object("plan", Json.object("name", service.strip()));
      Map<String, String> headers = Map.of("Accept-Expansion", "plan");
      if (in.json()) {
        in.api().post(AppCommands.path(app) + "/addons", headers, body);
        continue;
      }
      in.output()
          .action(
              "Adding " + service.strip() + " to " + app,
              () -> {
                Json addOn = in.api().post(AppCommands.path(app) + "/addons", headers, body);
                String price = Prices.ofAddon(addOn);
                return price.isEmpty() ? "" : "(" + price + ")";
              });
    }
  }

  private static void buildpack(Invocation in, String app) throws IOException {
    if (in.value("buildpack").isEmpty()) {
      return;
    }
    Json update = Json.object("buildpack", in.value("buildpack").get());
    in.api()
        .put(
            AppCommands.path(app) + "/buildpack-installations",
            Json.object("updates", Json.array(update)));
    if (!in.json()) {
      in.output()
          .line(
              "Buildpack set. Next release on "
                  + app
                  + " will use "
                  + in.value("buildpack").get()
                  + ".");
    }
  }

  private static void remote(Invocation in, Json app) throws IOException {
    Optional<Repository> repository = Repository.around(in.environment().directory());
    String remote = in.value("remote").orElse("heroku");
    if (repository.isEmpty() || repository.get().remotes().containsKey(remote)) {
      return;
    }
    repository.get().setRemote(remote, app.text("git_url"));
    if (!in.json()) {
      in.output().line("Git remote " + remote + " added");
    }
  }
}
