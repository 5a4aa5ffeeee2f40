package dev.howdah.acceptance.transcript;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.acceptance.Command;
import dev.howdah.acceptance.Ran;
import dev.howdah.acceptance.RunningServer;
import dev.howdah.acceptance.Terminal;
import dev.howdah.acceptance.TestApp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * Somebody who reads the book and types what it shows into our command, under the name the book has
 * for it. What appears must be what the book prints, line for line, but for what {@link Likeness}
 * says.
 */
final class Reader {
  private static final Pattern COLOUR =
      Pattern.compile("(HEROKU_POSTGRESQL_|::|--rollback )([A-Z]+)(?=_URL|\\b)");

  private final RunningServer server;
  private final TestApp app;
  private final List<String> colours;
  private final Path repository;
  private final Path programs;

  /** Which colour of ours stands for which of the book's, those of removed databases included. */
  private final Map<String, String> known = new HashMap<>();

  private Map<String, String> more = Map.of();
  private UnaryOperator<String> words = word -> word;

  /**
   * A reader at a server.
   *
   * @param app the app of the book, which need not be there yet
   * @param colours the colours the book's databases have, oldest first
   */
  Reader(RunningServer server, TestApp app, String... colours) {
    this.server = server;
    this.app = app;
    this.colours = List.of(colours);
    repository = server.workspace("repository");
    programs = server.workspace("programs");
    try {
      // The book's name of the command.
      Files.createSymbolicLink(
          programs.resolve("heroku"), RunningServer.CHECKOUT.resolve("howdah"));
      // A browser.
      Path browser = programs.resolve("xdg-open");
      Files.writeString(browser, "#!/bin/sh\necho \"$1\" >>\"$HOME/opened\"\n");
      assertThat(browser.toFile().setExecutable(true)).isTrue();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    shell("git init --quiet").run().succeeded();
  }

  /** Variables of the reader's environment besides. */
  void has(Map<String, String> environment) {
    more = Map.copyOf(environment);
  }

  /** What else of the book's lines is something else here. */
  void replaces(UnaryOperator<String> others) {
    words = others;
  }

  /** Types a section; answers what each of its commands left on the screen. */
  List<Ran> play(Transcript.Section section) {
    var all = new ArrayList<Ran>();
    for (Transcript.Step step : section.steps()) {
      Ran ran = type(step);
      assertThat(Likeness.of(ran.out()))
          .as("$ " + step.command())
          .isEqualTo(Likeness.of(step.screen()));
      assertThat(ran.exit() != 0).as("fails").isEqualTo(step.fails());
      all.add(ran);
    }
    return all;
  }

  private Ran type(Transcript.Step step) {
    try (Terminal terminal = Terminal.of(shell(ours(step.command())))) {
      for (Transcript.Answer answer : step.answers()) {
        terminal.sees(ours(answer.prompt())).types(ours(answer.typed()));
      }
      return terminal.ends();
    }
  }

  /** A command as the reader of the book has it at his terminal: logged in by netrc, not by key. */
  Command shell(String line) {
    Command command = server.command("bash", "-c", line).without("HEROKU_API_KEY").in(repository);
    return command.with("PATH", programs + ":" + command.environment().get("PATH")).with(more);
  }

  /** The line with what is ours in place of the book's. */
  private String ours(String line) {
    String ours = line.replace("your-password", server.token());
    // All at once: a colour of ours may be another one of the book's.
    Map<String, String> colours = colours();
    ours =
        COLOUR
            .matcher(ours)
            .replaceAll(
                found -> found.group(1) + colours.getOrDefault(found.group(2), found.group(2)));
    return words.apply(ours);
  }

  /** The variable of a database by the book's colour. */
  String variable(String colour) {
    return "HEROKU_POSTGRESQL_" + colours().get(colour) + "_URL";
  }

  /** Which of our colours stands for which of the book's, by age; a colour is never given twice. */
  Map<String, String> colours() {
    if (app.shown().isPresent()) {
      var names = new ArrayList<String>();
      server
          .get(app.path("/addon-attachments"))
          .forEach(attachment ->
              names.add(
                  attachment.path("created_at").asString()
                      + " "
                      + attachment.path("name").asString()));
      names.stream()
          .sorted()
          .filter(name -> name.contains(" HEROKU_POSTGRESQL_"))
          .map(name -> name.replaceFirst(".* HEROKU_POSTGRESQL_", ""))
          .filter(name -> !known.containsValue(name))
          .forEach(name -> {
            if (known.size() < colours.size()) {
              known.put(colours.get(known.size()), name);
            }
          });
    }
    return known;
  }
}
