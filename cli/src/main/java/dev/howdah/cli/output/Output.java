package dev.howdah.cli.output;

import dev.howdah.cli.json.Json;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The output grammar: action lines, headers, key/value blocks, tables, notices. */
public final class Output {

  /** Work shown by an action line; what it returns becomes the status after {@code done}. */
  @FunctionalInterface
  public interface Work {
    /** Does the work; an empty text means no status. */
    String run() throws IOException;
  }

  private final PrintStream out;
  private final PrintStream err;
  private final boolean terminal;

  public Output(PrintStream out, PrintStream err, boolean terminal) {
    this.out = out;
    this.err = err;
    this.terminal = terminal;
  }

  /** Whether a person is looking. */
  public boolean terminal() {
    return terminal;
  }

  /** One line. */
  public void line(String text) {
    out.print(text);
    out.print('\n');
  }

  /** An empty line. */
  public void line() {
    out.print('\n');
  }

  /** Text without the end of a line, visible at once. */
  public void text(String text) {
    out.print(text);
    out.flush();
  }

  /** A line beside the output, for people only. */
  public void remark(String text) {
    out.flush();
    err.print(text + "\n");
    err.flush();
  }

  public void flush() {
    out.flush();
    err.flush();
  }

  /** {@code <Message>... done, <status>}; when the work fails, {@code failed}. */
  public void action(String message, Work work) throws IOException {
    text(message + "... ");
    String status;
    try {
      status = work.run();
    } catch (IOException | RuntimeException | Error e) {
      line("failed");
      out.flush();
      throw e;
    }
    line(status.isEmpty() ? "done" : "done, " + status);
    out.flush();
  }

  /** {@code === <text>}. */
  public void header(String text) {
    line("=== " + text);
  }

  /** Every line with {@code ! } in front, among the output. */
  public void notice(String text) {
    line(bang(text));
  }

  /** Every line with {@code ! } in front, on standard error. */
  public void error(String text) {
    remark(bang(text));
  }

  static String bang(String text) {
    return " !    " + text.strip().replace("\n", "\n !    ");
  }

  /**
   * Keys and values, values aligned. Several values of one key are sorted and stacked; a key
   * without a value is left out.
   */
  public void hash(Map<String, List<String>> block) {
    int width = 0;
    for (String key : block.keySet()) {
      width = Math.max(width, key.length() + 2);
    }
    for (var entry : block.entrySet()) {
      String left = pad(entry.getKey() + ": ", width);
      var values = new ArrayList<>(entry.getValue());
      Collections.sort(values);
      for (String value : values) {
        line((left + value).stripTrailing());
        left = " ".repeat(width);
      }
    }
  }

  /** Keys and single values, aligned. */
  public void pairs(Map<String, String> block) {
    pairs(block, 2);
  }

  /** Keys and single values, aligned at the longest key and so many more columns. */
  public void pairs(Map<String, String> block, int more) {
    int width = 0;
    for (String key : block.keySet()) {
      width = Math.max(width, key.length() + more);
    }
    for (var entry : block.entrySet()) {
      line((pad(entry.getKey() + ": ", width) + entry.getValue()).stripTrailing());
    }
  }

  /** Rows in columns as wide as needed, two spaces between them, no head. */
  public void columns(List<List<String>> rows) {
    int[] widths = widths(rows);
    for (List<String> row : rows) {
      line(row(row, widths));
    }
  }

  /** Head, dashes, rows. A cell that is a whole number stands at the right of its column. */
  public void table(List<String> head, List<List<String>> rows) {
    var all = new ArrayList<List<String>>();
    all.add(head);
    all.addAll(rows);
    int[] widths = widths(all);
    var dashes = new ArrayList<String>();
    for (int width : widths) {
      dashes.add("-".repeat(width));
    }
    line(row(head, widths));
    line(row(dashes, widths));
    for (List<String> row : rows) {
      line(row(row, widths));
    }
  }

  /** A value as JSON, for scripts. */
  public void json(Json value) {
    line(value.pretty());
  }

  /** Writes the current line of a terminal anew. */
  public void redraw(String text) {
    text("\r\u001b[K" + text);
  }

  private static int[] widths(List<List<String>> rows) {
    int columns = 0;
    for (List<String> row : rows) {
      columns = Math.max(columns, row.size());
    }
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    return widths;
  }

  private static String row(List<String> cells, int[] widths) {
    var text = new StringBuilder();
    for (int i = 0; i < cells.size(); i++) {
      String cell = cells.get(i);
      if (i > 0) {
        text.append("  ");
      }
      int missing = widths[i] - cell.length();
      if (isWholeNumber(cell)) {
        text.append(" ".repeat(missing)).append(cell);
      } else {
        text.append(cell).append(" ".repeat(missing));
      }
    }
    return text.toString().stripTrailing();
  }

  private static boolean isWholeNumber(@Nullable String cell) {
    if (cell == null || cell.isEmpty()) {
      return false;
    }
    for (int i = 0; i < cell.length(); i++) {
      if (!Character.isDigit(cell.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static String pad(String text, int width) {
    return text + " ".repeat(Math.max(0, width - text.length()));
  }
}
