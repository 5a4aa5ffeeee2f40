package dev.howdah.cli.app;

import static dev.howdah.cli.command.Command.command;

import dev.howdah.cli.command.Command;
import dev.howdah.cli.command.Feature;
import dev.howdah.cli.command.Invocation;
import dev.howdah.cli.command.Option;
import dev.howdah.cli.environment.CommandException;
import dev.howdah.cli.git.Repository;
import dev.howdah.cli.json.Json;
import java.io.IOException;
import java.util.List;

/** Git remotes of apps. */
public final class GitCommands implements Feature {

  @Override
  public List<Command> commands() {
    return List.of(
        command("git:remote", "point a git remote of this repository to an app")
            .options(Option.APP, Option.value("remote", 'r', "REMOTE", "instead of heroku"))
            .runs(GitCommands::remote));
  }

  private static void remote(Invocation in) throws IOException {
    Repository repository =
        Repository.around(in.environment().directory())
            .orElseThrow(
                () -> new CommandException("Not in a Git repository.\nRun `git init` first."));
    String name =
        in.value("app")
            .or(() -> in.environment().variable("HEROKU_APP"))
            .orElseThrow(
                () -> new CommandException("No app specified.\nSpecify app with --app APP."));
    Json app = in.api().get(AppCommands.path(name));
    String remote = in.value("remote").orElse("heroku");
    boolean there = repository.setRemote(remote, app.text("git_url"));
    in.output().line("Git remote " + remote + (there ? " updated" : " added"));
  }
}
