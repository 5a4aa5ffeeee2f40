package dev.howdah.cli;

import static dev.howdah.cli.command.Command.command;

import dev.howdah.cli.command.Command;
import dev.howdah.cli.command.Completion;
import dev.howdah.cli.command.Feature;
import dev.howdah.cli.command.Help;
import dev.howdah.cli.command.Invocation;
import dev.howdah.cli.command.Option;
import dev.howdah.cli.command.Suggestion;
import dev.howdah.cli.command.Topic;
import dev.howdah.cli.environment.CommandException;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** What the command says about itself. */
final class SelfCommands implements Feature {
  private final String topic;

  SelfCommands(String topic) {
    this.topic = topic;
  }

  static String summary(String topic) {
    return switch (topic) {
      case "completion" -> "print a completion script for bash or zsh";
      case "help" -> "show help";
      case "plugins" -> "about plugins: everything is built in";
      default -> "show the version";
    };
  }

  @Override
  public List<Command> commands() {
    String summary = summary(topic);
    return switch (topic) {
      case "completion" ->
          List.of(
              command("completion SHELL", summary)
                  .details("bash: source <(howdah completion bash)")
                  .runs(in ->
                      in.output().text(Completion.script(in.argument(0), Catalog.commands()))));
      case "help" ->
          List.of(command("help [COMMAND]", summary).runs(in -> help(in, in.optional(0))));
      case "plugins" ->
          List.of(
              command("plugins", summary).runs(in -> in.output().line("You have no plugins.")),
              command("plugins:install NAME", "say that it is built in")
                  .runs(SelfCommands::install));
      default ->
          List.of(
              command("version", summary)
                  .options(Option.JSON)
                  .runs(in -> in.output().line(Main.versionLine())));
    };
  }

  /** Help for a command, a topic or everything. */
  static void help(Invocation in, Optional<String> about) {
    if (about.isEmpty()) {
      in.output().text(Help.ofAll(Catalog.topics()));
      return;
    }
    Optional<Command> command = Catalog.find(about.get());
    Optional<Topic> topic = Catalog.topic(about.get());
    if (command.isEmpty() && topic.isEmpty()) {
      throw new CommandException(unknown(about.get()));
    }
    command.ifPresent(found -> in.output().text(Help.ofCommand(found)));
    if (topic.isPresent() && topic.get().commands().size() > 1) {
      if (command.isPresent()) {
        in.output().line();
      }
      in.output().text(Help.ofTopic(topic.get().name(), topic.get().commands()));
    }
  }

  /** The error for a command that does not exist. */
  static String unknown(String typed) {
    var names = new TreeSet<String>(List.of("up", "down", "env", "server"));
    for (Command command : Catalog.commands()) {
      names.add(command.name());
      names.addAll(command.aliases());
    }
    return Suggestion.unknownCommand(typed, names);
  }

  private static void install(Invocation in) {
    String url = in.argument(0);
    String name = url.substring(url.lastIndexOf('/') + 1).replaceFirst("\\.git$", "");
    in.output()
        .line(
            name.equals("heroku-pg-extras")
                ? "There is nothing to install: pg:bloat and the other commands of "
                    + name
                    + " are built in."
                : "howdah has no plugins: everything is built in.");
  }
}
