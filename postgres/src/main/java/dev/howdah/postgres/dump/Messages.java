package dev.howdah.postgres.dump;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What the programs of a run say on standard error. Safe for use by many threads. */
final class Messages {
  /** What one program may tell; more of the same would help nobody. */
  private static final int MOST_LINES = 200;

  private static final int LONGEST_LINE = 1000;

  private final List<String> untold = new ArrayList<>();

  /** The words of one program. */
  final class Voice {
    private final List<String> said = new ArrayList<>();

    /** Listens until the program ends. */
    Thread listen(InputStream errors) {
      return Thread.ofPlatform()
          .daemon()
          .name("transfer-messages")
          .start(() -> {
            try (var reader =
                new BufferedReader(new InputStreamReader(errors, StandardCharsets.UTF_8))) {
              for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                say(line.strip());
              }
            } catch (IOException ended) {
              // The program was ended.
            }
          });
    }

    private void say(String line) {
      if (line.isEmpty()) {
        return;
      }
      String shown = line.length() > LONGEST_LINE ? line.substring(0, LONGEST_LINE) + "…" : line;
      synchronized (untold) {
        if (said.size() < MOST_LINES) {
          untold.add(shown);
        }
        // All errors count, also those that are not shown any more.
        if (said.size() < MOST_LINES || line.startsWith("pg_restore: ")) {
          said.add(shown);
        }
      }
    }

    /** Everything it said. */
    List<String> said() {
      synchronized (untold) {
        return List.copyOf(said);
      }
    }

    /** The last error it told of. */
    String lastError(String otherwise) {
      return said().stream()
          .filter(line -> line.contains("error: ") || line.contains("FATAL: "))
          .reduce((before, line) -> line)
          .orElse(otherwise);
    }
  }

  Voice voice() {
    return new Voice();
  }

  /** A line of our own. */
  void add(String line) {
    synchronized (untold) {
      untold.add(line);
    }
  }

  /** What was said since this was last asked. */
  List<String> take() {
    synchronized (untold) {
      List<String> taken = List.copyOf(untold);
      untold.clear();
      return taken;
    }
  }
}
