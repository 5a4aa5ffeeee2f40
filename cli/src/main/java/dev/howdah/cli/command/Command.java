package dev.howdah.cli.command;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** One row of the command table; parser, help and completion all read this and nothing else. */
public final class Command {

  /** What a command does. */
  @FunctionalInterface
  public interface Action {
    /** Carries the command out. */
    void run(Invocation invocation) throws IOException;
  }

  private final String name;
  private final String arguments;
  private final String summary;
  private final List<String> aliases;
  private final List<String> details;
  private final List<Option> options;
  private final boolean passThrough;
  private final Action action;

  private Command(Row row, Action action) {
    this.name = row.name;
    this.arguments = row.arguments;
    this.summary = row.summary;
    this.aliases = List.copyOf(row.aliases);
    this.details = List.copyOf(row.details);
    this.options = List.copyOf(row.options);
    this.passThrough = row.passThrough;
    this.action = action;
  }

  /**
   * Begins a row.
   *
   * @param usage the name followed by its arguments: {@code addons:add SERVICE[:PLAN]}, where
   *     brackets at the beginning of a word mean optional and a trailing {@code ...} means any
   *     number
   */
  public static Row command(String usage, String summary) {
    int space = usage.indexOf(' ');
    return space < 0
        ? new Row(usage, "", summary)
        : new Row(usage.substring(0, space), usage.substring(space + 1), summary);
  }

  public String name() {
    return name;
  }

  /** The part of the name before the first colon: what the command is filed under. */
  public String topic() {
    int colon = name.indexOf(':');
    return colon < 0 ? name : name.substring(0, colon);
  }

  public List<String> aliases() {
    return aliases;
  }

  public String summary() {
    return summary;
  }

  public List<String> details() {
    return details;
  }

  public List<Option> options() {
    return options;
  }

  public boolean passThrough() {
    return passThrough;
  }

  /** How the command is called: {@code pg:info [DATABASE]}. */
  public String usage() {
    return arguments.isEmpty() ? name : name + " " + arguments;
  }

  /** Whether the command goes by this name, old or new. */
  public boolean answersTo(String typed) {
    return name.equals(typed) || aliases.contains(typed);
  }

  void run(Invocation invocation) throws IOException {
    action.run(invocation);
  }

  /** Names of the arguments that must be given. */
  List<String> requiredArguments() {
    var required = new ArrayList<String>();
    for (String word : arguments.split(" ", -1)) {
      if (!word.isEmpty() && !word.startsWith("[")) {
        required.add(word.replace("...", ""));
      }
    }
    return required;
  }

  /** How many arguments may be given. */
  int mostArguments() {
    if (arguments.contains("...")) {
      return Integer.MAX_VALUE;
    }
    return arguments.isEmpty() ? 0 : arguments.split(" ", -1).length;
  }

  /** A row of the table while it is being written. */
  public static final class Row {
    private final String name;
    private final String arguments;
    private final String summary;
    private final List<String> aliases = new ArrayList<>();
    private final List<String> details = new ArrayList<>();
    private final List<Option> options = new ArrayList<>();
    private boolean passThrough;

    private Row(String name, String arguments, String summary) {
      this.name = name;
      this.arguments = arguments;
      this.summary = summary;
    }

    /** Other names, old and new. */
    public Row aliases(String... names) {
      aliases.addAll(List.of(names));
      return this;
    }

    /** Lines for the help text, after the summary. */
    public Row details(String... lines) {
      details.addAll(List.of(lines));
      return this;
    }

    /** Options besides those of every command. */
    public Row options(Option... more) {
      options.addAll(List.of(more));
      return this;
    }

    /** The command is about one app. */
    public Row app() {
      return options(Option.APP, Option.REMOTE);
    }

    /** Options the table does not know are collected for the server instead of refused. */
    public Row passThrough() {
      passThrough = true;
      return this;
    }

    /** Ends the row. */
    public Command runs(Action action) {
      options.add(Option.HELP);
      return new Command(this, action);
    }
  }
}
