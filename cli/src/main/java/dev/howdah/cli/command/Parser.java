package dev.howdah.cli.command;

import dev.howdah.cli.environment.CommandException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sorts the words after a command's name into arguments and options. Options may stand anywhere;
 * {@code --option value}, {@code --option=value}, {@code -o value} and {@code -ovalue} are the
 * same. After {@code --} everything is an argument, except with {@linkplain Command#passThrough()
 * pass-through} commands, where everything after it is for the server.
 */
public final class Parser {
  private final Command command;
  private final List<String> arguments = new ArrayList<>();
  private final Map<String, String> values = new LinkedHashMap<>();
  private final Map<String, String> passedThrough = new LinkedHashMap<>();

  private Parser(Command command) {
    this.command = command;
  }

  /** Sorts out the words, or refuses them by a {@link CommandException}. */
  public static Parsed parse(Command command, List<String> words) {
    var parser = new Parser(command);
    parser.read(words);
    var parsed =
        new Parsed(
            List.copyOf(parser.arguments),
            Map.copyOf(parser.values),
            Collections.unmodifiableMap(parser.passedThrough));
    if (!parsed.has(Option.HELP.name())) {
      parser.checkArguments();
    }
    return parsed;
  }

  private void read(List<String> words) {
    int i = 0;
    boolean forTheServer = false;
    while (i < words.size()) {
      String word = words.get(i++);
      if (word.equals("--")) {
        if (!command.passThrough()) {
          arguments.addAll(words.subList(i, words.size()));
          return;
        }
        forTheServer = true;
      } else if (word.startsWith("--")) {
        i = longOption(word.substring(2), words, i, forTheServer);
      } else if (word.startsWith("-")
          && word.length() > 1
          && !Character.isDigit(word.charAt(1)) // a negative number is an argument
          && !forTheServer) {
        i = shortOption(word, words, i);
      } else {
        arguments.add(word);
      }
    }
  }

  private int longOption(String word, List<String> words, int next, boolean forTheServer) {
    int equals = word.indexOf('=');
    String name = equals < 0 ? word : word.substring(0, equals);
    String value = equals < 0 ? null : word.substring(equals + 1);
    Option option = forTheServer ? null : find(name);
    if (option == null) {
      if (!command.passThrough()) {
        throw unknown("--" + name);
      }
      if (value == null && next < words.size() && !words.get(next).startsWith("-")) {
        value = words.get(next++);
      }
      passedThrough.put(name, value == null ? "true" : value);
      return next;
    }
    if (option.value() == null) {
      if (value != null) {
        throw new CommandException("Option --" + name + " takes no value.\n" + seeHelp());
      }
      values.put(name, "true");
      return next;
    }
    if (value == null) {
      if (next == words.size()) {
        throw new CommandException("Option --" + name + " needs a value.\n" + seeHelp());
      }
      value = words.get(next++);
    }
    values.put(name, value);
    return next;
  }

  private int shortOption(String word, List<String> words, int next) {
    for (int at = 1; at < word.length(); at++) {
      Option option = find(word.charAt(at));
      if (option == null) {
        throw unknown("-" + word.charAt(at));
      }
      if (option.value() == null) {
        values.put(option.name(), "true");
        continue;
      }
      String rest = word.substring(at + 1);
      if (!rest.isEmpty()) {
        values.put(option.name(), rest.startsWith("=") ? rest.substring(1) : rest);
        return next;
      }
      if (next == words.size()) {
        throw new CommandException("Option -" + option.letter() + " needs a value.\n" + seeHelp());
      }
      values.put(option.name(), words.get(next));
      return next + 1;
    }
    return next;
  }

  private @Nullable Option find(String name) {
    for (Option option : command.options()) {
      if (option.name().equals(name)) {
        return option;
      }
    }
    return null;
  }

  private @Nullable Option find(char letter) {
    for (Option option : command.options()) {
      if (option.letter() == letter) {
        return option;
      }
    }
    return null;
  }

  private void checkArguments() {
    List<String> required = command.requiredArguments();
    if (arguments.size() < required.size()) {
      throw new CommandException(
          "Usage: howdah "
              + command.usage()
              + "\nMust specify "
              + String.join(" and ", required.subList(arguments.size(), required.size()))
              + ".");
    }
    int most = command.mostArguments();
    if (arguments.size() > most) {
      List<String> extra = arguments.subList(most, arguments.size());
      throw new CommandException(
          (extra.size() == 1 ? "Invalid argument: \"" : "Invalid arguments: \"")
              + String.join("\", \"", extra)
              + "\"\nUsage: howdah "
              + command.usage());
    }
  }

  private CommandException unknown(String option) {
    return new CommandException("Unknown option: " + option + "\n" + seeHelp());
  }

  private String seeHelp() {
    return "See `howdah help " + command.name() + "`.";
  }
}
