package dev.howdah.cli.command;

import dev.howdah.cli.environment.CommandException;
import dev.howdah.cli.environment.Environment;
import dev.howdah.cli.git.AppRemote;
import dev.howdah.cli.http.Address;
import dev.howdah.cli.http.Api;
import dev.howdah.cli.http.Credentials;
import dev.howdah.cli.output.Output;
import dev.howdah.cli.output.Prompt;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One command being carried out: what was typed, and the means to do it. */
public final class Invocation {
  private final Command command;
  private final Parsed parsed;
  private final Environment environment;
  private final Output output;
  private final String version;
  private @Nullable Api api;
  private @Nullable URI server;

  public Invocation(
      Command command, Parsed parsed, Environment environment, Output output, String version) {
    this.command = command;
    this.parsed = parsed;
    this.environment = environment;
    this.output = output;
    this.version = version;
  }

  /** Carries the command out. */
  public void run() throws IOException {
    try {
      command.run(this);
    } finally {
      Api used = api;
      if (used != null) {
        used.warnings().forEach(output::error);
        used.close();
      }
    }
  }

  public Command command() {
    return command;
  }

  public Environment environment() {
    return environment;
  }

  public Output output() {
    return output;
  }

  public String version() {
    return version;
  }

  public Prompt prompt() {
    return new Prompt(output, environment.in(), environment.keyboard());
  }

  /** The arguments, options taken out. */
  public List<String> arguments() {
    return parsed.arguments();
  }

  /** An argument that the table requires. */
  public String argument(int index) {
    return parsed.arguments().get(index);
  }

  /** An argument that may be missing. */
  public Optional<String> optional(int index) {
    return index < parsed.arguments().size()
        ? Optional.of(parsed.arguments().get(index))
        : Optional.empty();
  }

  public boolean has(String option) {
    return parsed.has(option);
  }

  public Optional<String> value(String option) {
    return parsed.value(option);
  }

  /** Options meant for the server. */
  public Map<String, String> passedThrough() {
    return parsed.passedThrough();
  }

  /** Whether a script is asking. */
  public boolean json() {
    return parsed.has(Option.JSON.name());
  }

  /** The server's address. */
  public URI server() {
    URI known = server;
    if (known == null) {
      known = Address.of(environment);
      server = known;
    }
    return known;
  }

  /** The API, as the user who is logged in. */
  public Api api() throws IOException {
    Api known = api;
    if (known == null) {
      String authorization =
          Credentials.token(environment, server()).map(Credentials::bearer).orElse("");
      known = new Api(server(), authorization, "howdah/" + version);
      api = known;
    }
    return known;
  }

  /** The app the command is about: named, in the environment, or of the Git remote. */
  public String app() throws IOException {
    return findApp()
        .orElseThrow(() ->
            new CommandException(
                "No app specified.\n"
                    + "Run this command from an app folder or specify which app to use with"
                    + " --app APP."));
  }

  /** The app the command is about, if one can be told. */
  public Optional<String> findApp() throws IOException {
    Optional<String> named = value(Option.APP.name());
    if (named.isPresent()) {
      return named;
    }
    Optional<String> remote = value(Option.REMOTE.name());
    if (remote.isPresent()) {
      return Optional.of(AppRemote.named(environment, server(), remote.get()));
    }
    Optional<String> given = environment.variable("HEROKU_APP");
    return given.isPresent() ? given : AppRemote.only(environment, server());
  }

  /** Has a destructive command confirmed by the name of the app, typed or by {@code --confirm}. */
  public void confirm(String app) throws IOException {
    confirm(app, "WARNING: Destructive Action\nThis command will affect the app: " + app);
  }

  /** The same, with a warning of the caller's own. */
  public void confirm(String app, String warning) throws IOException {
    confirm(app, warning, "Confirmed app %s did not match the selected app %s.");
  }

  /** Has a destructive command confirmed by the name of what it destroys, when that is no app. */
  public void confirmName(String name, String warning) throws IOException {
    confirm(name, warning, "Confirmed %s did not match %s.");
  }

  private void confirm(String name, String warning, String mismatch) throws IOException {
    Optional<String> confirmed = value(Option.CONFIRM.name());
    if (confirmed.isPresent()) {
      if (!confirmed.get().equals(name)) {
        throw new CommandException(mismatch.formatted(confirmed.get(), name));
      }
      return;
    }
    output.line();
    output.notice(
        warning
            + "\nTo proceed, type \""
            + name
            + "\" or re-run this command with --confirm "
            + name);
    output.line();
    if (!prompt().ask("> ").equalsIgnoreCase(name)) {
      throw new CommandException("Confirmation did not match " + name + ". Aborted.");
    }
  }
}
