package dev.howdah.cli.command;

import java.util.ArrayList;
import java.util.List;

/**
 * A heading of the command table.
 *
 * @param name what the names of its commands begin with
 * @param summary one line about it
 */
public record Topic(String name, String summary, List<Feature> features) {

  public Topic(String name, String summary, Feature... features) {
    this(name, summary, List.of(features));
  }

  /** The commands under this heading. */
  public List<Command> commands() {
    var commands = new ArrayList<Command>();
    for (Feature feature : features) {
      commands.addAll(feature.commands());
    }
    return commands;
  }
}
