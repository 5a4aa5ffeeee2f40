package dev.howdah.cli.account;

import static dev.howdah.cli.command.Command.command;

import dev.howdah.cli.command.Command;
import dev.howdah.cli.command.Feature;
import dev.howdah.cli.command.Invocation;
import dev.howdah.cli.command.Option;
import dev.howdah.cli.environment.CommandException;
import dev.howdah.cli.http.Api;
import dev.howdah.cli.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** API tokens. */
public final class AuthorizationCommands implements Feature {
  private static final Option DESCRIPTION =
      Option.value("description", 'd', "TEXT", "what the token is for");
  private static final Option SHORT = Option.flag("short", 'S', "print the token only");

  @Override
  public List<Command> commands() {
    return List.of(
        command("authorizations", "list your API tokens")
            .options(Option.JSON)
            .runs(AuthorizationCommands::list),
        command("authorizations:create", "make a new API token")
            .options(
                DESCRIPTION,
                SHORT,
                Option.value("scope", 's', "SCOPES", "what it may do, separated by commas"),
                Option.value("expires-in", 'e', "SECONDS", "how long it lasts"),
                Option.JSON)
            .runs(AuthorizationCommands::create),
        command("authorizations:info ID", "show an API token")
            .options(Option.JSON)
            .runs(in -> show(in, in.api().get(path(in)))),
        command("authorizations:update ID", "change the description of an API token")
            .options(DESCRIPTION, Option.JSON)
            .runs(AuthorizationCommands::update),
        command("authorizations:rotate ID", "replace an API token by a new one")
            .options(Option.JSON)
            .runs(AuthorizationCommands::rotate),
        command("authorizations:revoke ID", "take an API token out of use")
            .aliases("authorizations:destroy")
            .runs(AuthorizationCommands::revoke));
  }

  private static String path(Invocation in) {
    return "/oauth/authorizations/" + Api.part(in.argument(0));
  }

  private static void list(Invocation in) throws IOException {
    List<Json> authorizations = in.api().list("/oauth/authorizations");
    if (in.json()) {
      in.output().json(Json.array(authorizations));
      return;
    }
    if (authorizations.isEmpty()) {
      in.output().line("No OAuth authorizations.");
      return;
    }
    var rows = new ArrayList<List<String>>();
    for (Json authorization : authorizations) {
      rows.add(
          List.of(
              authorization.text("description"), authorization.text("id"), scopes(authorization)));
    }
    in.output().columns(rows);
  }

  private static void create(Invocation in) throws IOException {
    var body = new LinkedHashMap<String, @Nullable Object>();
    in.value("description").ifPresent(text -> body.put("description", text));
    in.value("scope")
        .ifPresent(scope -> body.put("scope", Json.array(List.of(scope.split(",", -1)))));
    if (in.value("expires-in").isPresent()) {
      body.put("expires_in", seconds(in.value("expires-in").get()));
    }
    if (in.has("short") || in.json()) {
      show(in, in.api().post("/oauth/authorizations", Json.object(body)));
      return;
    }
    var made = new ArrayList<Json>();
    in.output()
        .action(
            "Creating OAuth Authorization",
            () -> {
              made.add(in.api().post("/oauth/authorizations", Json.object(body)));
              return "";
            });
    show(in, made.get(0));
  }

  private static long seconds(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException _) {
      throw new CommandException("--expires-in is a number of seconds, not " + text + ".");
    }
  }

  private static void update(Invocation in) throws IOException {
    String description =
        in.value("description")
            .orElseThrow(() -> new CommandException("Must specify --description TEXT."));
    show(in, in.api().patch(path(in), Json.object("description", description)));
  }

  private static void rotate(Invocation in) throws IOException {
    show(in, in.api().post(path(in) + "/actions/regenerate-tokens"));
  }

  private static void revoke(Invocation in) throws IOException {
    in.output()
        .action(
            "Revoking OAuth Authorization",
            () -> {
              Json gone = in.api().delete(path(in));
              String description = gone.text("description");
              return description.isEmpty() ? "" : "revoked authorization from " + description;
            });
  }

  private static void show(Invocation in, Json authorization) {
    if (in.json()) {
      in.output().json(authorization);
      return;
    }
    Json access = authorization.at("access_token");
    if (in.has("short")) {
      in.output().line(access.text("token"));
      return;
    }
    Map<String, String> block = new LinkedHashMap<>();
    block.put("Client", authorization.at("client").text("name"));
    block.put("ID", authorization.text("id"));
    block.put("Description", authorization.text("description"));
    block.put("Scope", scopes(authorization));
    block.put("Token", access.text("token"));
    if (!access.at("expires_in").isNull()) {
      block.put("Expires in", access.text("expires_in") + " seconds");
    }
    block.values().removeIf(String::isEmpty);
    in.output().pairs(block);
  }

  private static String scopes(Json authorization) {
    var scopes = new ArrayList<String>();
    for (Json scope : authorization.at("scope").items()) {
      scopes.add(scope.text());
    }
    return String.join(", ", scopes);
  }
}
