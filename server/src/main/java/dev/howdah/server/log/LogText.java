package dev.howdah.server.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes text from anywhere fit for a log. Whatever a client, a query or a name contains, it cannot
 * end its line, move a reader's cursor or hide what follows: ends of line begin a line of the same
 * source, and every other control character is shown as its picture. Pure.
 */
public final class LogText {
  /** The longest line in bytes of UTF-8; what is longer goes on in the next line (B3.38). */
  public static final int LONGEST = 10_000;

  private static final char PICTURES = '\u2400';
  private static final char DELETE = '\u007f';
  private static final char PICTURE_OF_DELETE = '\u2421';
  private static final char UNKNOWN = '\ufffd';

  private static final long EACH = 0x0101010101010101L;
  private static final long SPACES = 0x2020202020202020L;
  private static final long HIGH = 0x8080808080808080L;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private LogText() {}

  /** The lines of a text: clean, and none longer than {@link #LONGEST}. */
  public static List<String> lines(String text) {
    if (text.length() <= LONGEST && isPlain(text)) {
      return List.of(text);
    }
    List<String> lines = new ArrayList<>(1);
    int begin = 0;
    while (begin <= text.length()) {
      int end = begin;
      while (end < text.length() && text.charAt(end) != '\n' && text.charAt(end) != '\r') {
        end++;
      }
      cut(clean(text.substring(begin, end)), lines);
      begin = end + 1;
      if (end + 1 < text.length() && text.charAt(end) == '\r' && text.charAt(end + 1) == '\n') {
        begin++;
      }
      if (begin == text.length()) {
        break; // an end of line at the end begins no line
      }
    }
    return lines;
  }

  /** The text as one clean line, however long. */
  public static String clean(String text) {
    if (isClean(text)) {
      return text;
    }
    StringBuilder clean = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        clean.append(c).append(text.charAt(++i));
      } else if (harmless(c)) {
        clean.append(c);
      } else if (c < ' ') {
        clean.append((char) (PICTURES + c));
      } else {
        clean.append(c == DELETE ? PICTURE_OF_DELETE : UNKNOWN);
      }
    }
    return clean.toString();
  }

  /**
   * Whether it has nothing but printable ASCII, as nearly all text has. Looks at eight bytes at a
   * time: every line of every log comes by here.
   */
  private static boolean isPlain(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    int i = 0;
    for (; i + Long.BYTES <= bytes.length; i += Long.BYTES) {
      long eight = (long) LONGS.get(bytes, i);
      long control = eight - SPACES; // borrows into the high bit of what is below a space
      long delete = eight + EACH; // carries into the high bit of DELETE
      if (((eight | control | delete) & HIGH) != 0) {
        return false;
      }
    }
    for (; i < bytes.length; i++) {
      if (bytes[i] < ' ' || bytes[i] == DELETE) {
        return false;
      }
    }
    return true;
  }

  /** Whether {@link #clean} leaves the text as it is. */
  static boolean isClean(String text) {
    if (isPlain(text)) {
      return true;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (!harmless(c)) {
        return false;
      }
    }
    return true;
  }

  private static boolean harmless(char c) {
    if (c < DELETE) {
      return c >= ' ' || c == '\t';
    }
    return c > '\u009f' // the other control characters
        && c != '\u2028' // ends of line
        && c != '\u2029'
        && !(c >= '\u202a' && c <= '\u202e') // let the rest of a line run backwards
        && !(c >= '\u2066' && c <= '\u2069')
        && !Character.isSurrogate(c);
  }

  private static void cut(String line, List<String> lines) {
    if (line.length() * 3 <= LONGEST) {
      lines.add(line);
      return;
    }
    int begin = 0;
    int bytes = 0;
    for (int i = 0; i < line.length(); ) {
      int point = line.codePointAt(i);
      int width = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
      if (bytes + width > LONGEST) {
        lines.add(line.substring(begin, i));
        begin = i;
        bytes = 0;
      }
      bytes += width;
      i += Character.charCount(point);
    }
    lines.add(line.substring(begin));
  }
}
