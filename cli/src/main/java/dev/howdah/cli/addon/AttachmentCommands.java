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
import dev.howdah.cli.release.Releases;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One add-on on several apps, or under several names. */
public final class AttachmentCommands implements Feature {

  @Override
  public List<Command> commands() {
    return List.of(
        command("addons:attach ADDON", "attach an add-on that exists to an app")
            .app()
            .options(
                Option.CONFIRM,
                Option.value("as", "NAME", "name of the config vars"),
                Option.value("credential", "NAME", "credential of the database to use"))
            .runs(AttachmentCommands::attach),
        command("addons:detach ATTACHMENT", "detach an add-on from an app")
            .app()
            .runs(AttachmentCommands::detach));
  }

  private static void attach(Invocation in) throws IOException {
    String app = in.app();
    Json addOn = find(in, app);
    String credential = in.value("credential").orElse("default");
    if (!credential.equals("default")) {
      refuseUnknownCredential(in, addOn.text("name"), credential);
    }
    var made = new ArrayList<Json>();
    String what = (credential.equals("default") ? "" : credential + " of ") + addOn.text("name");
    in.output()
        .action(
            "Attaching " + what + in.value("as").map(as -> " as " + as).orElse("") + " to " + app,
            () -> {
              made.add(post(in, app, addOn.text("name"), credential));
              return "";
            });
    in.output()
        .action(
            "Setting " + made.get(0).text("name") + " config vars and restarting " + app,
            () -> Releases.newest(in.api(), app));
  }

  /** By any of its names on this app, else by its own name, wherever it is. */
  private static Json find(Invocation in, String app) throws IOException {
    String word = in.argument(0);
    try {
      return AddonCommands.resolve(in, word, app);
    } catch (ApiException e) {
      if (e.status() != 404) {
        throw e;
      }
      return in.api().get("/addons/" + Api.part(word));
    }
  }

  private static void refuseUnknownCredential(Invocation in, String addOn, String credential)
      throws IOException {
    Json config =
        in.api()
            .get("/addons/" + Api.part(addOn) + "/config/" + Api.part("credential:" + credential));
    if (config.items().isEmpty()) {
      throw new CommandException(
          "Could not find credential " + credential + " for database " + addOn);
    }
  }

  private static Json post(Invocation in, String app, String addOn, String credential)
      throws IOException {
    Optional<String> confirmed = in.value(Option.CONFIRM.name());
    try {
      return in.api().post("/addon-attachments", body(in, app, addOn, credential, confirmed));
    } catch (ApiException e) {
      if (!e.id().equals("confirmation_required") || confirmed.isPresent()) {
        throw e;
      }
      in.output().line();
      in.confirm(app, e.text());
      return in.api()
          .post("/addon-attachments", body(in, app, addOn, credential, Optional.of(app)));
    }
  }

  private static Json body(
      Invocation in, String app, String addOn, String credential, Optional<String> confirmed) {
    var body = new LinkedHashMap<String, @Nullable Object>();
    body.put("addon", Json.object("name", addOn));
    body.put("app", Json.object("name", app));
    in.value("as").ifPresent(as -> body.put("name", as));
    confirmed.ifPresent(name -> body.put("confirm", name));
    if (!credential.equals("default")) {
      body.put("namespace", "credential:" + credential);
    }
    return Json.object(body);
  }

  private static void detach(Invocation in) throws IOException {
    String app = in.app();
    String name = in.argument(0);
    if (name.endsWith("_URL")) {
      name = name.substring(0, name.length() - "_URL".length());
    }
    Json attachment =
        in.api().get("/apps/" + Api.part(app) + "/addon-attachments/" + Api.part(name));
    in.output()
        .action(
            "Detaching "
                + attachment.text("name")
                + " to "
                + attachment.at("addon").text("name")
                + " from "
                + app,
            () -> {
              in.api().delete("/addon-attachments/" + Api.part(attachment.text("id")));
              return "";
            });
    in.output()
        .action(
            "Unsetting " + attachment.text("name") + " config vars and restarting " + app,
            () -> Releases.newest(in.api(), app));
  }
}
