package dev.howdah.server.drain;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.howdah.server.log.LogLine;
import java.io.ByteArrayOutputStream;

/** Log lines as their receivers read them: octet-counted syslog (T19.6). Pure. */
final class Frames {
  private static final int LOCAL0_INFO = 134;
  private static final int LOCAL3_INFO = 158;
  private static final int LOCAL5_WARNING = 172;
  private static final int LOCAL7_INFO = 190;

  private Frames() {}

  /** RFC 5424 with the drain's token as the host. */
  static void syslog(LogLine line, String token, ByteArrayOutputStream out) {
    frame(line, token, " - - ", out);
  }

  /** As {@code application/logplex-1} has it: without structured data, which parsers rely on. */
  static void logplex(LogLine line, ByteArrayOutputStream out) {
    frame(line, "host", " - ", out);
  }

  private static void frame(LogLine line, String host, String before, ByteArrayOutputStream out) {
    String text =
        "<"
            + priority(line)
            + ">1 "
            + LogLine.time(line.at())
            + " "
            + host
            + " "
            + line.source()
            + " "
            + line.process()
            + before
            + line.message()
            + "\n";
    byte[] bytes = text.getBytes(UTF_8);
    out.writeBytes((bytes.length + " ").getBytes(UTF_8));
    out.writeBytes(bytes);
  }

  private static int priority(LogLine line) {
    if (line.process().equals("logplex")) {
      return LOCAL5_WARNING;
    }
    if (line.process().equals("router")) {
      return LOCAL3_INFO;
    }
    return line.process().startsWith("postgres.") || line.process().startsWith("heroku-")
        ? LOCAL0_INFO
        : LOCAL7_INFO;
  }
}
