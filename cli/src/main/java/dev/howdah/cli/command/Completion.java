package dev.howdah.cli.command;

import dev.howdah.cli.environment.CommandException;
import java.util.List;
import java.util.TreeSet;

/** Completion scripts for shells, made from the command table. */
public final class Completion {
  private static final List<String> LAUNCHER = List.of("up", "down", "env", "server");

  private Completion() {}

  /** The script for a shell. */
  public static String script(String shell, List<Command> commands) {
    return switch (shell) {
      case "bash" -> bash(commands);
      case "zsh" -> zsh(commands);
      default ->
          throw new CommandException(
              "There is no completion for " + shell + ", only bash and zsh.");
    };
  }

  private static String bash(List<Command> commands) {
    return """
    # Completion of howdah for bash: source <(howdah completion bash)
    _howdah_options() {
      case $1 in
    %s
      esac
    }
    _howdah() {
      local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
      local line=${COMP_LINE:0:COMP_POINT} name
      # bash breaks words at colons; the name is taken from the line itself.
      read -r _ name _ <<<"$line "
      COMPREPLY=()
      case $before in
        -a|--app|--confirm)
          COMPREPLY=($(compgen -W "$(_howdah_apps)" -- "$word"))
          return ;;
      esac
      if [[ $line =~ ^[^\\ ]+\\ +[^\\ ]*$ ]]; then
        [[ $line == *' ' ]] && name=
        local prefix=
        [[ $name == *:* ]] && prefix=${name%%:*}:
        COMPREPLY=($(compgen -W "%s" -- "$name"))
        COMPREPLY=("${COMPREPLY[@]#"$prefix"}")
      elif [[ $word == -* ]]; then
        COMPREPLY=($(compgen -W "$(_howdah_options "$name")" -- "$word"))
      fi
    }
    _howdah_apps() {
      howdah apps --json 2>/dev/null | sed -n 's/^    "name": "\\(.*\\)",*$/\\1/p'
    }
    complete -F _howdah howdah
    """
        .formatted(cases(commands), String.join(" ", names(commands)));
  }

  private static String zsh(List<Command> commands) {
    return """
    #compdef howdah
    # Completion of howdah for zsh: source <(howdah completion zsh)
    _howdah_options() {
      case $1 in
    %s
      esac
    }
    _howdah() {
      local previous=${words[CURRENT-1]}
      if (( CURRENT == 2 )); then
        local -a names
        names=(%s)
        compadd -- $names
      elif [[ $previous == (-a|--app|--confirm) ]]; then
        compadd -- $(howdah apps --json 2>/dev/null | sed -n 's/^    "name": "\\(.*\\)",*$/\\1/p')
      elif [[ $PREFIX == -* ]]; then
        compadd -- $(_howdah_options $words[2])
      else
        _files
      fi
    }
    compdef _howdah howdah
    """
        .formatted(cases(commands), String.join(" ", names(commands)));
  }

  private static List<String> names(List<Command> commands) {
    var names = new TreeSet<>(LAUNCHER);
    for (Command command : commands) {
      names.add(command.name());
      names.addAll(command.aliases());
    }
    return List.copyOf(names);
  }

  /** One case of the shell's {@code case} for each command: its options. */
  private static String cases(List<Command> commands) {
    var text = new StringBuilder();
    for (Command command : commands) {
      text.append("    ").append(command.name());
      for (String alias : command.aliases()) {
        text.append('|').append(alias);
      }
      text.append(") echo '");
      for (Option option : command.options()) {
        text.append("--").append(option.name()).append(' ');
      }
      text.setLength(text.length() - 1);
      text.append("' ;;\n");
    }
    text.setLength(text.length() - 1);
    return text.toString();
  }
}
