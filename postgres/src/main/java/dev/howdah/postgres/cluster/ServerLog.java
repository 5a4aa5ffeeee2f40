package dev.howdah.postgres.cluster;

import dev.howdah.postgres.PostgresException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds in a server's log why it did not come up or went away. */
final class ServerLog {

  private static final int TAIL = 64 * 1024;
  private static final int LONG_TAIL = 4 * 1024 * 1024;

  /** A line of the server itself: those of sessions name a database. */
  private static final Pattern SERVER_LINE =
      Pattern.compile(".*database=\"\".* (LOG|FATAL|PANIC|ERROR|HINT|DETAIL): +(.*)");

  /** A line from before the configuration was read has no prefix. */
  private static final Pattern EARLY_LINE =
      Pattern.compile("(?:[^\"]* )?(LOG|FATAL|PANIC|ERROR|HINT|DETAIL): +(.*)");

  /** What is only noted, and then leads to the end. */
  private static final Pattern CAUSE =
      Pattern.compile("^(could not |invalid value |unrecognized |syntax error )");

  /** Before the configuration is read, messages come with their code. */
  private static final Pattern CODE = Pattern.compile("^[0-9A-Z]{5}: ");

  private record Line(String level, String text) {}

  private ServerLog() {}

  static long length(Path file) {
    try {
      return Files.size(file);
    } catch (IOException absent) {
      return 0;
    }
  }

  /** Moves the last part of a long file to its beginning and cuts the rest off. */
  static void trim(Path file, long bytes) {
    if (length(file) <= bytes) {
      return;
    }
    try (FileChannel log =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.allocate(TAIL);
      long from = log.size() - bytes / 2;
      long to = 0;
      boolean begun = false;
      // Its writer goes on; what it adds meanwhile is moved as well.
      for (int got = log.read(buffer, from); got > 0; got = log.read(buffer, from)) {
        from += got;
        buffer.flip();
        while (!begun && buffer.hasRemaining()) {
          begun = buffer.get() == '\n';
        }
        while (buffer.hasRemaining()) {
          to += log.write(buffer, to);
        }
        buffer.clear();
      }
      log.truncate(to);
    } catch (IOException e) {
      throw new PostgresException("could not cut " + file + ": " + e, e);
    }
  }

  /** Why a start failed, from what was printed since; one sentence. */
  static String startFailure(Path file, long since) {
    List<String> raw = read(file, since);
    List<Line> lines = parse(raw);
    Optional<Line> fatal = last(lines, "FATAL", "PANIC");
    if (fatal.isEmpty()) {
      return last(lines, "ERROR")
          .map(Line::text)
          .or(() -> raw.stream().filter(l -> !l.isBlank()).reduce((a, b) -> b))
          .map(text -> "the server did not start: " + text)
          .orElse("the server did not start and left no word in its log");
    }
    // What it could not do stands before the line that says it gives up.
    Optional<String> cause =
        lines.stream()
            .filter(line -> line.level().equals("LOG") && CAUSE.matcher(line.text()).find())
            .map(Line::text)
            .reduce((a, b) -> b);
    return "the server did not start: "
        + fatal.get().text()
        + cause.map(text -> " (" + text + ")").orElse("");
  }

  /** Why a server is gone, as far as its log knows; one sentence. */
  static String disappearance(Path file) {
    List<Line> lines = parse(read(file, Math.max(0, length(file) - TAIL)));
    return last(lines, "PANIC", "FATAL")
        .filter(line -> !line.text().startsWith("the database system is "))
        .map(line -> "the server is gone; the last it said was: " + line.text())
        .orElse("the server is gone without having shut down");
  }

  /** What the server itself said last, without prefixes. */
  static List<String> messages(Path file) {
    return parse(read(file, 0, LONG_TAIL)).stream().map(Line::text).toList();
  }

  private static List<String> read(Path file, long since) {
    return read(file, since, TAIL);
  }

  private static List<String> read(Path file, long since, int atMost) {
    try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
      long from = Math.max(since, log.length() - atMost);
      byte[] bytes = new byte[(int) (log.length() - from)];
      log.seek(from);
      log.readFully(bytes);
      return new String(bytes, StandardCharsets.UTF_8).lines().toList();
    } catch (IOException absent) {
      return List.of();
    }
  }

  private static List<Line> parse(List<String> lines) {
    return lines.stream().flatMap(line -> parse(line).stream()).toList();
  }

  private static Optional<Line> parse(String line) {
    for (Pattern pattern : List.of(SERVER_LINE, EARLY_LINE)) {
      Matcher matcher = pattern.matcher(line);
      if (matcher.matches()) {
        return Optional.of(
            new Line(matcher.group(1), CODE.matcher(matcher.group(2)).replaceFirst("")));
      }
    }
    return Optional.empty();
  }

  private static Optional<Line> last(List<Line> lines, String... levels) {
    return lines.stream()
        .filter(line -> List.of(levels).contains(line.level()))
        .reduce((a, b) -> b);
  }
}
