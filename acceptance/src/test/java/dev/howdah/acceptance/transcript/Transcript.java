package dev.howdah.acceptance.transcript;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What the book prints, section by section. In the files a line {@code == name} begins a section, a
 * line {@code $ words} is a command typed, «» are around what a person types later, and the rest is
 * what the book shows.
 *
 * @param sections in their order
 */
record Transcript(List<Section> sections) {

  /**
   * A part of a transcript.
   *
   * @param name the specification's number, and what it shows
   * @param steps the commands
   */
  record Section(String name, List<Step> steps) {}

  /**
   * A command and what the book shows for it.
   *
   * @param command what is typed
   * @param shown the lines after it, with what is typed in «»
   */
  record Step(String command, String shown) {

    private static final Pattern TYPED = Pattern.compile("«(hidden: )?(.*?)»");

    /** What stands on the terminal in the end. Typing is echoed, unless it is hidden. */
    String screen() {
      return TYPED.matcher(shown).replaceAll(typed -> typed.group(1) == null ? "$2" : "");
    }

    /** What is waited for and then answered, in order. */
    List<Answer> answers() {
      var answers = new ArrayList<Answer>();
      for (String line : shown.split("\n", -1)) {
        var typed = TYPED.matcher(line);
        if (typed.find()) {
          answers.add(new Answer(line.substring(0, typed.start()), typed.group(2)));
        }
      }
      return answers;
    }

    /** Whether it ends with an error, which the book marks at the margin. */
    boolean fails() {
      return shown.stripTrailing().lines().reduce("", (before, line) -> line).startsWith(" !    ");
    }
  }

  /**
   * An answer to a prompt.
   *
   * @param prompt what is waited for
   * @param typed what is typed then
   */
  record Answer(String prompt, String typed) {}

  static Transcript of(String resource) {
    String text;
    try (var stream = Transcript.class.getResourceAsStream(resource)) {
      if (stream == null) {
        throw new AssertionError("there is no " + resource);
      }
      text = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var sections = new ArrayList<Section>();
    for (String part : text.split("(?m)^== ", -1)) {
      if (!part.isBlank()) {
        int newline = part.indexOf('\n');
        sections.add(new Section(part.substring(0, newline), steps(part.substring(newline + 1))));
      }
    }
    return new Transcript(sections);
  }

  private static List<Step> steps(String part) {
    var steps = new ArrayList<Step>();
    for (String step : part.split("(?m)^\\$ ", -1)) {
      if (!step.isBlank()) {
        int newline = step.indexOf('\n');
        steps.add(new Step(step.substring(0, newline), step.substring(newline + 1)));
      }
    }
    return steps;
  }
}
