package dev.howdah.cli.command;

import org.jspecify.annotations.Nullable;

/**
 * One option of a command.
 *
 * @param name the long name without dashes
 * @param letter the short name, or 0 when there is none
 * @param value what its value is called in the help text, or null for a switch
 * @param help one line about it
 */
public record Option(String name, char letter, @Nullable String value, String help) {

  public static final Option APP = new Option("app", 'a', "APP", "app to run the command against");
  public static final Option REMOTE =
      new Option("remote", 'r', "REMOTE", "git remote of the app to use");
  public static final Option CONFIRM =
      new Option("confirm", (char) 0, "APP", "name of the app, instead of being asked for it");
  public static final Option JSON = new Option("json", (char) 0, null, "output in JSON format");
  public static final Option HELP = new Option("help", 'h', null, "show this help");

  /** An option that is there or not. */
  public static Option flag(String name, String help) {
    return new Option(name, (char) 0, null, help);
  }

  /** An option that is there or not, with a letter. */
  public static Option flag(String name, char letter, String help) {
    return new Option(name, letter, null, help);
  }

  /** An option with a value. */
  public static Option value(String name, String value, String help) {
    return new Option(name, (char) 0, value, help);
  }

  /** An option with a value and a letter. */
  public static Option value(String name, char letter, String value, String help) {
    return new Option(name, letter, value, help);
  }

  /** How the option is written in help texts: {@code -a, --app APP}. */
  public String synopsis() {
    var text = new StringBuilder();
    if (letter != 0) {
      text.append('-').append(letter).append(", ");
    }
    text.append("--").append(name);
    if (value != null) {
      text.append(' ').append(value);
    }
    return text.toString();
  }
}
