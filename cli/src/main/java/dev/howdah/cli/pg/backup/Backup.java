package dev.howdah.cli.pg.backup;

import dev.howdah.cli.json.Json;
import java.util.Locale;

/**
 * A transfer as the server shows it: a backup, a restore, or a copy.
 *
 * @param json all that is shown of it
 */
record Backup(Json json) {

  /** What it does. */
  enum Kind {
    BACKUP,
    RESTORE,
    COPY
  }

  Kind kind() {
    if (!json.text("from_type").equals("pg_dump")) {
      return Kind.RESTORE;
    }
    return json.text("to_type").equals("pg_restore") ? Kind.COPY : Kind.BACKUP;
  }

  /** {@code b001}. */
  String name() {
    char letter =
        switch (kind()) {
          case BACKUP -> json.at("schedule").isNull() ? 'b' : 'a';
          case RESTORE -> 'r';
          case COPY -> 'c';
        };
    return String.format(Locale.ROOT, "%c%03d", letter, json.number("num"));
  }

  String uuid() {
    return json.text("uuid");
  }

  boolean finished() {
    return !json.at("finished_at").isNull();
  }

  boolean succeeded() {
    return json.flag("succeeded");
  }

  /** Where it stands (T5.3). */
  String status() {
    if (json.text("verification").startsWith("FAILED")) {
      return "FAILED ITS DRILL " + time("finished_at");
    }
    if (finished() && succeeded()) {
      return json.number("warnings") > 0
          ? "Finished with " + json.number("warnings") + " warnings"
          : "Completed " + time("finished_at");
    }
    if (finished()) {
      return "Failed " + time("finished_at");
    }
    return json.at("started_at").isNull() ? "Pending" : "Running (processed " + size() + ")";
  }

  /** {@code 2026-11-22 03:10:05 +0000}. */
  String time(String field) {
    String text = json.text(field);
    return text.length() < 19
        ? text
        : text.substring(0, 10) + " " + text.substring(11, 19) + " +0000";
  }

  /** {@code 2014/07/27 04:21.28 +0000}, as the book writes times. */
  String oldTime(String field) {
    String text = json.text(field);
    return text.length() < 19
        ? text
        : text.substring(0, 10).replace('-', '/')
            + " "
            + text.substring(11, 16)
            + "."
            + text.substring(17, 19)
            + " +0000";
  }

  /** {@code 1.40KB}. */
  String size() {
    return size(json.number("processed_bytes"), "%.2f");
  }

  /** {@code 1.4KB}, as the book writes sizes. */
  String oldSize() {
    return size(json.number("processed_bytes"), "%.1f");
  }

  static String size(long bytes, String form) {
    String[] units = {"B", "KB", "MB", "GB", "TB"};
    double size = bytes;
    int unit = 0;
    while (size >= 1024 && unit < units.length - 1) {
      size /= 1024;
      unit++;
    }
    return unit == 0 ? bytes + units[0] : String.format(Locale.ROOT, form, size) + units[unit];
  }
}
