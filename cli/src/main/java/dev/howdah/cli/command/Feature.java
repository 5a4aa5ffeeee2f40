package dev.howdah.cli.command;

import java.util.List;

/** Commands that live, and are loaded, together. */
@FunctionalInterface
public interface Feature {
  /** The rows of this feature, in the order of the help text. */
  List<Command> commands();
}
