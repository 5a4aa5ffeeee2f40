package dev.howdah.cli.pg.client;

import dev.howdah.cli.environment.CommandException;
import dev.howdah.cli.environment.Environment;
import dev.howdah.cli.output.Output;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs the PostgreSQL programs of this machine: psql, pg_dump and their like. */
final class Program {
  private static final int NOT_FOUND = 127;

  /** How a program ended, and what it wrote to standard output. */
  record Result(int status, String output) {}

  private Program() {}

  /** Prepares a program with connection settings in its environment. */
  static ProcessBuilder prepare(
      Environment environment, Map<String, String> connection, List<String> command) {
    var builder = new ProcessBuilder(command).directory(environment.directory().toFile());
    builder.environment().putAll(connection);
    return builder;
  }

  /** Hands the terminal to a program until it ends. */
  static int interactive(ProcessBuilder builder, Output output) throws IOException {
    output.flush();
    // Ctrl-C in psql cancels a query. It must not end us, and psql with us.
    ignoreInterrupts();
    return await(start(builder.inheritIO()));
  }

  /** Runs a program whose output we want to read; its errors go to the terminal. */
  static Result read(ProcessBuilder builder) throws IOException {
    builder.redirectInput(Redirect.from(new File("/dev/null")));
    builder.redirectError(Redirect.INHERIT);
    Process process = start(builder);
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Result(await(process), output);
  }

  /** Runs a program whose output and errors we want to read as one text. */
  static Result readAll(ProcessBuilder builder) throws IOException {
    builder.redirectInput(Redirect.from(new File("/dev/null")));
    builder.redirectErrorStream(true);
    Process process = start(builder);
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Result(await(process), output);
  }

  /** Runs programs that feed each other; the status is the first that is not 0. */
  static int pipeline(List<ProcessBuilder> builders, Output output) throws IOException {
    output.flush();
    for (ProcessBuilder builder : builders) {
      builder.redirectError(Redirect.INHERIT);
    }
    builders.get(builders.size() - 1).redirectOutput(Redirect.INHERIT);
    List<Process> processes;
    try {
      processes = ProcessBuilder.startPipeline(builders);
    } catch (IOException e) {
      throw notFound(builders.get(0).command().get(0), e);
    }
    var statuses = new ArrayList<Integer>();
    for (Process process : processes) {
      statuses.add(await(process));
    }
    for (int status : statuses) {
      if (status != 0) {
        return status;
      }
    }
    return 0;
  }

  private static Process start(ProcessBuilder builder) throws IOException {
    try {
      return builder.start();
    } catch (IOException e) {
      throw notFound(builder.command().get(0), e);
    }
  }

  private static CommandException notFound(String program, IOException cause) throws IOException {
    if (!String.valueOf(cause.getMessage()).contains("error=2,")) {
      throw cause;
    }
    return new CommandException(
        "The local "
            + program
            + " command could not be located\n"
            + "For help installing it, see"
            + " https://devcenter.heroku.com/articles/heroku-postgresql#local-setup");
  }

  private static int await(Process process) {
    try {
      return process.waitFor();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      process.destroy();
      return NOT_FOUND;
    }
  }

  /**
   * By reflection, because javac warns of sun.misc.Signal and cannot be told not to, and the JDK
   * has no other way. A handler of ours is reset in the programs we start; ignoring would not be.
   */
  private static void ignoreInterrupts() {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object nothing =
          Proxy.newProxyInstance(
              Program.class.getClassLoader(), new Class<?>[] {handler}, (_, _, _) -> null);
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance("INT"), nothing);
    } catch (ReflectiveOperationException _) {
      // Then Ctrl-C ends the session; nothing is lost but comfort.
    }
  }
}
