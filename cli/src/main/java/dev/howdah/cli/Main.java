package dev.howdah.cli;

import dev.howdah.cli.command.Command;
import dev.howdah.cli.command.Invocation;
import dev.howdah.cli.command.Option;
import dev.howdah.cli.command.Parsed;
import dev.howdah.cli.command.Parser;
import dev.howdah.cli.environment.CommandException;
import dev.howdah.cli.environment.Environment;
import dev.howdah.cli.http.ApiException;
import dev.howdah.cli.output.Output;
import java.io.BufferedOutputStream;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Where the launcher script arrives. */
public final class Main {
  static final String VERSION = "0.1.0";

  /** What the stock command leaves with after an error the API has explained. */
  private static final int API_ERROR = 2;

  private static final int ERROR = 1;

  private Main() {}

  /** Runs one command and leaves with its exit status. */
  public static void main(String[] args) throws IOException {
    if (args.length == 1 && args[0].equals("--train")) {
      Training.run();
      return;
    }
    var output = new Output(stream(FileDescriptor.out), stream(FileDescriptor.err), terminal());
    int status = run(List.of(args), environment(), output);
    output.flush();
    System.exit(status);
  }

  /** Runs one command; the answer is its exit status. */
  static int run(List<String> words, Environment environment, Output output) {
    try {
      dispatch(words, environment, output);
      return 0;
    } catch (CommandException e) {
      output.error(e.text());
      return e.exitStatus();
    } catch (ApiException e) {
      output.error(e.text());
      if (e.status() == 401) {
        output.error("Use `howdah login` to log in.");
        return ERROR;
      }
      return API_ERROR;
    } catch (SocketTimeoutException _) {
      output.error("The server did not answer in time.");
      return ERROR;
    } catch (IOException e) {
      String message = e.getMessage();
      output.error(message == null ? e.getClass().getSimpleName() : message);
      return ERROR;
    }
  }

  private static void dispatch(List<String> words, Environment environment, Output output)
      throws IOException {
    String name = words.isEmpty() ? "help" : words.get(0);
    if (name.equals("--version") || name.equals("-v")) {
      output.line(versionLine());
      return;
    }
    if (name.equals("--help") || name.equals("-h")) {
      name = "help";
    }
    Optional<Command> found = Catalog.find(name);
    if (found.isEmpty() && Catalog.topic(name).isPresent()) {
      // A topic that is no command itself, like git: show what there is.
      found = Catalog.find("help");
      words = List.of("help", name);
    }
    if (found.isEmpty()) {
      throw new CommandException(SelfCommands.unknown(name));
    }
    Command command = found.get();
    Parsed parsed = Parser.parse(command, words.isEmpty() ? words : words.subList(1, words.size()));
    var invocation = new Invocation(command, parsed, environment, output, VERSION);
    if (parsed.has(Option.HELP.name())) {
      SelfCommands.help(invocation, Optional.of(name));
    } else {
      invocation.run();
    }
  }

  static String versionLine() {
    return "howdah/"
        + VERSION
        + " "
        + System.getProperty("os.name").toLowerCase(Locale.ROOT)
        + "-"
        + System.getProperty("os.arch")
        + " java-"
        + Runtime.version().feature();
  }

  private static Environment environment() {
    String home = System.getenv().getOrDefault("HOME", System.getProperty("user.home"));
    return new Environment(
        System.getenv(),
        Path.of("").toAbsolutePath(),
        Path.of(home),
        Path.of(System.getProperty("howdah.data", home + "/.local/share/howdah")),
        System.in,
        terminal(),
        Clock.system(ZoneId.systemDefault()));
  }

  @SuppressWarnings("SystemConsoleNull") // JDK 25 answers null again when there is no terminal.
  private static boolean terminal() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  private static PrintStream stream(FileDescriptor descriptor) {
    return new PrintStream(
        new BufferedOutputStream(new FileOutputStream(descriptor), 8192),
        false,
        StandardCharsets.UTF_8);
  }
}
