package dev.howdah.cli.output;

import java.io.ByteArrayOutputStream;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Questions to the user. */
public final class Prompt {
  private final Output output;
  private final InputStream in;
  private final boolean keyboard;

  /**
   * Asks by an output.
   *
   * @param in where the answers come from
   * @param keyboard whether that is a person's keyboard
   */
  public Prompt(Output output, InputStream in, boolean keyboard) {
    this.output = output;
    this.in = in;
    this.keyboard = keyboard;
  }

  /** Asks, and gives the line typed; empty at the end of input. */
  public String ask(String question) throws IOException {
    output.text(question);
    String line = readLine();
    if (!keyboard) {
      // Nobody's keyboard ended the line on the screen.
      output.line();
    }
    return line;
  }

  /** Asks for what nobody should read on the screen. */
  @SuppressWarnings("SystemConsoleNull") // JDK 25 answers null again when there is no terminal.
  public String askHidden(String question) throws IOException {
    Console console = System.console();
    if (keyboard && console != null && console.isTerminal()) {
      output.text(question);
      char[] typed = console.readPassword();
      return typed == null ? "" : new String(typed);
    }
    return ask(question);
  }

  /** Reads byte by byte, so that what follows stays for a program we start. */
  private String readLine() throws IOException {
    var line = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
      line.write(b);
    }
    return line.toString(StandardCharsets.UTF_8).strip();
  }
}
