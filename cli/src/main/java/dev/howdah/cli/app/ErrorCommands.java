package dev.howdah.cli.app;

import static dev.howdah.cli.command.Command.command;

import dev.howdah.cli.command.Command;
import dev.howdah.cli.command.Feature;
import dev.howdah.cli.command.Invocation;
import dev.howdah.cli.command.Option;
import dev.howdah.cli.environment.CommandException;
import dev.howdah.cli.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What messages in logs mean, from {@code docs/errors.md}. */
public final class ErrorCommands implements Feature {
  private static final String PAGE = "/errors.md";

  /** What differs from one message to the next. */
  private static final Pattern VARIABLE =
      Pattern.compile("…|\"[^\"]*\"|'[^']*'|[0-9][0-9.:T+%-]*|\\([^)]*\\)");

  /**
   * An entry of the page.
   *
   * @param messages what it looks like
   * @param text cause and remedy
   */
  record Entry(String code, String title, List<String> messages, String text) {

    /** Whether it is the one of this code, has these words, or explains this message. */
    boolean answers(String asked) {
      if (code.equalsIgnoreCase(asked)) {
        return true;
      }
      String lower = asked.toLowerCase(Locale.ROOT);
      if (title.toLowerCase(Locale.ROOT).contains(lower)) {
        return true;
      }
      for (String message : messages) {
        if (message.toLowerCase(Locale.ROOT).contains(lower) || explains(message, asked)) {
          return true;
        }
      }
      return false;
    }

    private static boolean explains(String message, String asked) {
      String bare = message.replaceFirst("^(LOG|ERROR|FATAL): +", "");
      var pattern = new StringBuilder();
      var variable = VARIABLE.matcher(bare);
      int end = 0;
      while (variable.find()) {
        pattern.append(Pattern.quote(bare.substring(end, variable.start()))).append(".*");
        end = variable.end();
      }
      pattern.append(Pattern.quote(bare.substring(end)));
      return Pattern.compile(pattern.toString(), Pattern.CASE_INSENSITIVE).matcher(asked).find();
    }
  }

  @Override
  public List<Command> commands() {
    return List.of(
        command("errors [CODE|TEXT]", "explain an error code or a message of a log")
            .details("Without an argument it lists all codes.")
            .options(Option.JSON)
            .runs(ErrorCommands::errors));
  }

  private static void errors(Invocation in) throws IOException {
    List<Entry> entries = entries();
    if (in.optional(0).isEmpty() && !in.json()) {
      var rows = new ArrayList<List<String>>();
      entries.forEach(entry -> rows.add(List.of(entry.code(), entry.title())));
      in.output().columns(rows);
      return;
    }
    String asked = in.optional(0).orElse("").strip();
    List<Entry> exact =
        entries.stream().filter(entry -> entry.code().equalsIgnoreCase(asked)).toList();
    List<Entry> found =
        exact.isEmpty() ? entries.stream().filter(entry -> entry.answers(asked)).toList() : exact;
    if (found.isEmpty()) {
      throw new CommandException(
          "Nothing is known of \"" + asked + "\". `howdah errors` lists the codes.");
    }
    if (in.json()) {
      in.output().json(Json.array(found.stream().map(ErrorCommands::json).toList()));
      return;
    }
    for (Entry entry : found) {
      in.output().header(entry.code() + " " + entry.title());
      entry.messages().forEach(message -> in.output().line("    " + message));
      in.output().line();
      in.output().line(entry.text());
      in.output().line();
    }
  }

  private static Json json(Entry entry) {
    var fields = new LinkedHashMap<String, @Nullable Object>();
    fields.put("code", entry.code());
    fields.put("title", entry.title());
    fields.put("messages", entry.messages());
    fields.put("text", entry.text());
    return Json.object(fields);
  }

  /** The entries of the page. */
  static List<Entry> entries() throws IOException {
    String page;
    try (InputStream in = ErrorCommands.class.getResourceAsStream(PAGE)) {
      if (in == null) {
        throw new IOException("the list of errors is missing in this build");
      }
      page = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    var entries = new ArrayList<Entry>();
    for (String section : page.split("\n### ", -1)) {
      int line = section.indexOf('\n');
      int space = section.indexOf(' ');
      if (section.startsWith("#") || line < 0 || space < 0) {
        continue;
      }
      var messages = new ArrayList<String>();
      var text = new StringBuilder();
      for (String one : section.substring(line).split("\n## ", 2)[0].split("\n", -1)) {
        if (one.startsWith("    ")) {
          messages.add(one.strip());
        } else if (!one.isBlank()) {
          text.append(one.replace("**", "").replace("`", "")).append('\n');
        }
      }
      entries.add(
          new Entry(
              section.substring(0, space),
              section.substring(space + 1, line),
              messages,
              text.toString().strip()));
    }
    return entries;
  }
}
