package dev.howdah.cli.command;

import java.util.ArrayList;
import java.util.List;

/** Help texts, made from the command table. */
public final class Help {
  private Help() {}

  /** The help of one command. */
  public static String ofCommand(Command command) {
    var text = new StringBuilder("Usage: howdah " + command.usage() + "\n\n");
    text.append(' ').append(command.summary()).append('\n');
    for (String line : command.details()) {
      text.append('\n').append("   ").append(line);
    }
    if (!command.details().isEmpty()) {
      text.append('\n');
    }
    text.append('\n');
    var rows = new ArrayList<List<String>>();
    for (Option option : command.options()) {
      rows.add(List.of(option.synopsis(), option.help()));
    }
    appendColumns(text, rows, " ");
    if (command.passThrough()) {
      text.append("\n Other options are handed to the add-on: --follow DATABASE, --by=3.\n");
    }
    if (!command.aliases().isEmpty()) {
      text.append("\n The same: ").append(String.join(", ", command.aliases())).append('\n');
    }
    return text.toString();
  }

  /** The help of a topic: its commands, a line each. */
  public static String ofTopic(String topic, List<Command> commands) {
    var text =
        new StringBuilder("Usage: howdah " + topic + ":COMMAND [--app APP] [command-specific")
            .append("-options]\n\n")
            .append("Commands, type \"howdah help COMMAND\" for more details:\n\n");
    var rows = new ArrayList<List<String>>();
    for (Command command : commands) {
      rows.add(List.of(command.usage(), command.summary()));
    }
    appendColumns(text, rows, "  ");
    return text.toString();
  }

  /** The help of everything. */
  public static String ofAll(List<Topic> topics) {
    var text =
        new StringBuilder("Usage: howdah COMMAND [--app APP] [command-specific-options]\n\n")
            .append("This machine's own server (see howdah up --help):\n\n");
    appendColumns(
        text,
        List.of(
            List.of("up", "install, build and start Howdah"),
            List.of("down", "stop it; the databases run on"),
            List.of("env", "settings for the stock heroku command"),
            List.of("server", "run the server in the foreground")),
        "  ");
    text.append("\nHelp topics, type \"howdah help TOPIC\" for more details:\n\n");
    var rows = new ArrayList<List<String>>();
    for (Topic topic : topics) {
      rows.add(List.of(topic.name(), topic.summary()));
    }
    appendColumns(text, rows, "  ");
    return text.toString();
  }

  private static void appendColumns(StringBuilder text, List<List<String>> rows, String indent) {
    int width = 0;
    for (List<String> row : rows) {
      width = Math.max(width, row.get(0).length());
    }
    for (List<String> row : rows) {
      text.append(indent)
          .append(row.get(0))
          .append(" ".repeat(width - row.get(0).length()))
          .append("  # ")
          .append(row.get(1))
          .append('\n');
    }
  }
}
