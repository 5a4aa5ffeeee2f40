package dev.howdah.cli;

import dev.howdah.cli.environment.Environment;
import dev.howdah.cli.output.Output;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs commands as a user would, and keeps what they print. */
final class Howdah {

  /** What a command left behind; standard error is kept apart. */
  record Result(int status, String out, String err) {}

  private final Path directory;
  private final Map<String, String> variables = new HashMap<>();
  private String typed = "";
  private boolean terminal;

  Howdah(Path directory, String url) {
    this.directory = directory;
    variables.put("HOWDAH_HOST", url);
    variables.put("HOWDAH_API_KEY", "token");
  }

  Howdah with(String variable, String value) {
    variables.put(variable, value);
    return this;
  }

  Howdah without(String variable) {
    variables.remove(variable);
    return this;
  }

  /** From now on somebody is looking. */
  Howdah atTerminal() {
    terminal = true;
    return this;
  }

  /** What the user will type. */
  Howdah typing(String text) {
    typed = text;
    return this;
  }

  Result run(String... words) {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    var output =
        new Output(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            terminal);
    int status =
        Main.run(
            List.of(words),
            new Environment(
                variables,
                directory,
                directory,
                directory.resolve("data"),
                new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)),
                // As at a keyboard: the line feed is the user's own.
                true,
                Clock.fixed(Instant.parse("2026-11-23T12:00:00Z"), ZoneOffset.UTC)),
            output);
    output.flush();
    return new Result(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
