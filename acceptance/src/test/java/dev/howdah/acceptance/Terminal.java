package dev.howdah.acceptance;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A person at a terminal: waits for a text to appear and types the answer. The terminal is made by
 * {@code script(1)}, since Java cannot make one.
 */
public final class Terminal implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Process process;

  /** Written by the reader alone. */
  private volatile String screen = "";

  private final Thread reader;
  private int seen;

  private Terminal(Process process) {
    this.process = process;
    this.reader = Thread.ofVirtual().start(() -> read(process.getInputStream()));
  }

  /** Starts a command at a new terminal. */
  public static Terminal of(Command command) {
    var quoted = new StringBuilder();
    for (String word : command.words()) {
      quoted.append('\'').append(word.replace("'", "'\\''")).append("' ");
    }
    var atTerminal =
        new Command(
            java.util.List.of("script", "-qefc", quoted.toString(), "/dev/null"),
            command.environment(),
            command.directory(),
            "",
            command.patience());
    return new Terminal(atTerminal.start());
  }

  /** Waits until the text appears after everything that was waited for before. */
  public Terminal sees(String text) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    int at;
    while ((at = screen.indexOf(text, seen)) < 0) {
      if (System.nanoTime() > deadline || (!reader.isAlive() && screen.indexOf(text, seen) < 0)) {
        throw new AssertionError("never saw “" + text + "” on the terminal:\n" + screen);
      }
      sleep();
    }
    seen = at + text.length();
    return this;
  }

  /** Types a line and presses Enter. */
  public Terminal types(String line) {
    try {
      var keyboard = process.getOutputStream();
      keyboard.write((line + "\r").getBytes(StandardCharsets.UTF_8));
      keyboard.flush();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits for the end of the command; answers its exit code and everything on the screen. */
  public Ran ends() {
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("the command at the terminal did not end:\n" + screen);
      }
      reader.join();
      return new Ran(
          java.util.List.of("(at a terminal)"), process.exitValue(), screen.replace("\r", ""), "");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private void read(InputStream stream) {
    var all = new StringBuilder();
    var bytes = new byte[8192];
    try {
      for (int n = stream.read(bytes); n >= 0; n = stream.read(bytes)) {
        all.append(new String(bytes, 0, n, StandardCharsets.UTF_8));
        screen = all.toString();
      }
    } catch (IOException closed) {
      // The terminal is gone; what was on it stays.
    }
  }

  private static void sleep() {
    try {
      Thread.sleep(10);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
