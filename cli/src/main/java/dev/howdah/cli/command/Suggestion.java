package dev.howdah.cli.command;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/** Guesses which command was meant. */
public final class Suggestion {
  private Suggestion() {}

  /** The lines of the error for a command that does not exist. */
  public static String unknownCommand(String typed, Collection<String> names) {
    List<String> near = nearest(typed, names);
    var text = new StringBuilder("`" + typed + "` is not a howdah command.");
    if (!near.isEmpty()) {
      text.append("\nPerhaps you meant ").append(either(near)).append('.');
    }
    return text.append("\nSee `howdah help` for a list of available commands.").toString();
  }

  /** The names closest to what was typed, if any is close at all. */
  static List<String> nearest(String typed, Collection<String> names) {
    int best = Math.max(1, typed.length() / 3);
    var near = new ArrayList<String>();
    for (String name : new TreeSet<>(names)) {
      int distance = distance(typed, name);
      if (distance < best) {
        near.clear();
        best = distance;
      }
      if (distance == best) {
        near.add(name);
      }
    }
    return near;
  }

  private static String either(List<String> names) {
    var text = new StringBuilder();
    for (int i = 0; i < names.size(); i++) {
      if (i > 0) {
        text.append(i == names.size() - 1 ? " or " : ", ");
      }
      text.append('`').append(names.get(i)).append('`');
    }
    return text.toString();
  }

  /** Edits (insert, delete, replace, swap two neighbours) that turn one word into the other. */
  static int distance(String from, String to) {
    int[][] edits = new int[from.length() + 1][to.length() + 1];
    for (int i = 0; i <= from.length(); i++) {
      edits[i][0] = i;
    }
    for (int j = 0; j <= to.length(); j++) {
      edits[0][j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      for (int j = 1; j <= to.length(); j++) {
        int replace = edits[i - 1][j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        edits[i][j] = Math.min(replace, Math.min(edits[i - 1][j], edits[i][j - 1]) + 1);
        if (i > 1
            && j > 1
            && from.charAt(i - 1) == to.charAt(j - 2)
            && from.charAt(i - 2) == to.charAt(j - 1)) {
          edits[i][j] = Math.min(edits[i][j], edits[i - 2][j - 2] + 1);
        }
      }
    }
    return edits[from.length()][to.length()];
  }
}
