package dev.howdah.cli.output;

import dev.howdah.cli.environment.CommandException;
import java.io.IOException;
import java.util.List;

/** The user's web browser. */
public final class Browser {
  private Browser() {}

  /** Opens a page, or says its address when there is no browser to be found. */
  public static void open(String url) {
    for (String program : List.of("xdg-open", "open", "x-www-browser", "wslview")) {
      try {
        new ProcessBuilder(program, url)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
        return;
      } catch (IOException _) {
        // Not this one.
      }
    }
    throw new CommandException("No browser could be located. The address is:\n" + url);
  }
}
