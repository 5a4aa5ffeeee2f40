package dev.howdah.postgres.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the bytes of a server's log into messages. A server writes a message and all that belongs to
 * it at once, so one is complete when the next one begins, or when nothing follows for a while.
 * What a message contains cannot begin a message: the server indents its further lines. For one
 * thread at a time.
 */
public final class LogParser {
  /** What is held of a message; one that is longer is given in parts. */
  static final int LARGEST = 1 << 20;

  private static final byte[] PREFIX = "sql_error_code = ".getBytes(UTF_8);
  private static final String TIME = "time_ms = \"";
  private static final String LINE = "log_line=\"";
  private static final String ORIGIN = "connection_source=\"";
  private static final String APPLICATION = "application_name=\"";
  private static final String UTC = " UTC";
  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");

  /** What belongs to the message before it. */
  private static final Set<String> FURTHER =
      Set.of("DETAIL", "HINT", "QUERY", "CONTEXT", "STATEMENT", "LOCATION", "BACKTRACE");

  private byte[] rest = new byte[0];

  /** The second of the newest line, as text and as what it is. */
  private String second = "";

  private Instant secondIs = Instant.EPOCH;

  /** The position in the file after {@link #rest}. */
  private long position;

  private final List<String> lines = new ArrayList<>();
  private LogRecord.@Nullable Head head;
  private int held;
  private long end;

  /** Begins at a position of the file. */
  public LogParser(long position) {
    this.position = position;
    this.end = position;
  }

  /** The position up to which it has been fed. */
  public long position() {
    return position;
  }

  /** The position up to which messages are complete. */
  public long complete() {
    return end;
  }

  /** Whether there is something that may be a complete message, if nothing follows. */
  public boolean pending() {
    return !lines.isEmpty();
  }

  /** Takes the next bytes of the file, and gives the messages that are complete now. */
  public List<LogRecord> feed(byte[] bytes, int length) {
    List<LogRecord> records = new ArrayList<>();
    byte[] all = bytes;
    int count = length;
    if (rest.length > 0) {
      all = Arrays.copyOf(rest, rest.length + length);
      System.arraycopy(bytes, 0, all, rest.length, length);
      count = all.length;
    }
    long first = position - rest.length;
    position += length;
    int begin = 0;
    for (int i = rest.length > 0 ? rest.length : 0; i < count; i++) {
      if (all[i] == '\n') {
        line(all, begin, i, first + i + 1, records);
        begin = i + 1;
      }
    }
    if (count - begin > LARGEST) {
      line(all, begin, count, first + count, records);
      begin = count;
    }
    rest = Arrays.copyOfRange(all, begin, count);
    return records;
  }

  /** Nothing followed: what is pending is complete. */
  public List<LogRecord> flush() {
    List<LogRecord> records = new ArrayList<>();
    close(records);
    return records;
  }

  private long lineEnd;

  private void line(byte[] all, int begin, int end, long after, List<LogRecord> records) {
    boolean prefixed = startsWith(all, begin, end);
    String text = new String(all, begin, end - begin, UTF_8);
    if (prefixed) {
      LogRecord.Head own = head(text);
      if (!FURTHER.contains(own.severity()) || lines.isEmpty()) {
        close(records);
        head = own;
      }
    } else if (begin < end && all[begin] == '\t') {
      text = text.substring(1);
    } else {
      close(records);
    }
    lines.add(text);
    held += text.length();
    lineEnd = after;
    if (held > LARGEST) {
      LogRecord.Head same = head;
      close(records);
      head = same;
    }
  }

  private void close(List<LogRecord> records) {
    if (!lines.isEmpty()) {
      end = lineEnd;
      records.add(new LogRecord(end, Optional.ofNullable(head), lines));
      lines.clear();
    }
    head = null;
    held = 0;
  }

  private static boolean startsWith(byte[] all, int begin, int end) {
    return end - begin > PREFIX.length
        && Arrays.equals(all, begin, begin + PREFIX.length, PREFIX, 0, PREFIX.length);
  }

  private LogRecord.Head head(String line) {
    int application = line.indexOf(APPLICATION);
    return new LogRecord.Head(
        time(quoted(line, TIME)),
        number(quoted(line, LINE)),
        quoted(line, ORIGIN),
        application < 0 ? "" : severity(line, application + APPLICATION.length()));
  }

  private static String quoted(String line, String before) {
    int begin = line.indexOf(before);
    int end = begin < 0 ? -1 : line.indexOf('"', begin + before.length());
    return end < 0 ? "" : line.substring(begin + before.length(), end);
  }

  /** The word after the name of the application, which may have quotes itself. */
  private static String severity(String line, int from) {
    for (int quote = line.indexOf("\" ", from);
        quote >= 0;
        quote = line.indexOf("\" ", quote + 1)) {
      int begin = quote + 2;
      int end = begin;
      while (end < line.length()
          && line.charAt(end) >= '0'
          && line.charAt(end) <= 'Z'
          && line.charAt(end) != ':') {
        end++;
      }
      if (end > begin && line.startsWith(":  ", end)) {
        return line.substring(begin, end);
      }
    }
    return "";
  }

  private static int number(String text) {
    if (text.isEmpty() || text.length() > 9) {
      return 0;
    }
    int number = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return 0;
      }
      number = number * 10 + c - '0';
    }
    return number;
  }

  private Instant time(String text) {
    // Lines come many a second, and the date and the time of day are dear to read.
    int point = text.indexOf('.');
    if (point > 0 && text.endsWith(UTC) && point + 4 == text.length() - UTC.length()) {
      if (!text.startsWith(second) || point != second.length()) {
        try {
          secondIs =
              LocalDateTime.parse(text.substring(0, point), SECONDS).toInstant(ZoneOffset.UTC);
          second = text.substring(0, point);
        } catch (DateTimeParseException forged) {
          return Instant.EPOCH;
        }
      }
      return secondIs.plusMillis(number(text.substring(point + 1, point + 4)));
    }
    return Instant.EPOCH;
  }
}
