package dev.howdah.cli.app;

import dev.howdah.cli.command.Invocation;
import dev.howdah.cli.http.Api;
import dev.howdah.cli.http.ApiException;
import dev.howdah.cli.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** {@code apps:info}. */
final class InfoCommand {
  private InfoCommand() {}

  static void run(Invocation in) throws IOException {
    String name = in.optional(0).isPresent() ? in.argument(0) : in.app();
    Json app = in.api().get(AppCommands.path(name));
    List<Json> addOns =
        in.api()
            .list(
                AppCommands.path(name) + "/addons",
                Map.of("Accept-Expansion", "addon_service,plan"));
    if (in.json()) {
      in.output().json(Json.object("app", app, "addons", Json.array(addOns)));
      return;
    }
    Map<String, List<String>> block = block(in, app, addOns);
    if (in.has("shell")) {
      block.forEach((key, values) ->
          in.output()
              .line(
                  key.toLowerCase(Locale.ROOT).replace(' ', '_').replace('-', '_')
                      + "="
                      + String.join(",", values)));
      return;
    }
    in.output().header(app.text("name"));
    in.output().hash(block);
  }

  private static Map<String, List<String>> block(Invocation in, Json app, List<Json> addOns)
      throws IOException {
    var block = new TreeMap<String, List<String>>();
    var plans = new ArrayList<String>();
    for (Json addOn : addOns) {
      plans.add(addOn.at("plan").text("name"));
    }
    if (!plans.isEmpty()) {
      block.put("Addons", plans);
    }
    List<String> collaborators = collaborators(in, app);
    if (!collaborators.isEmpty()) {
      block.put("Collaborators", collaborators);
    }
    put(block, "Git URL", app.text("git_url"));
    put(block, "Owner Email", app.at("owner").text("email"));
    put(block, "Region", app.at("region").text("name"));
    put(block, "Stack", app.at("stack").text("name"));
    put(block, "Web URL", app.text("web_url"));
    put(block, "Slug Size", size(app.at("slug_size"), app.number("slug_size")));
    put(block, "Repo Size", size(app.at("repo_size"), app.number("repo_size")));
    if (app.flag("maintenance")) {
      put(block, "Maintenance", "on");
    }
    return new LinkedHashMap<>(block);
  }

  private static List<String> collaborators(Invocation in, Json app) throws IOException {
    var emails = new ArrayList<String>();
    try {
      for (Json one : in.api().list("/apps/" + Api.part(app.text("name")) + "/collaborators")) {
        String email = one.at("user").text("email");
        if (!email.equals(app.at("owner").text("email"))) {
          emails.add(email);
        }
      }
    } catch (ApiException _) {
      // Not everybody may see them.
    }
    return emails;
  }

  private static void put(Map<String, List<String>> block, String key, String value) {
    if (!value.isEmpty()) {
      block.put(key, List.of(value));
    }
  }

  /** {@code 27M}, as the Toolbelt wrote sizes. */
  private static String size(Json known, long bytes) {
    if (known.isNull() || bytes == 0) {
      return "";
    }
    long kilobytes = Math.max(1, bytes / 1024);
    return kilobytes < 1024 ? kilobytes + "k" : kilobytes / 1024 + "M";
  }
}
