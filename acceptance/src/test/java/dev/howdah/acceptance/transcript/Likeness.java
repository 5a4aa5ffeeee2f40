package dev.howdah.acceptance.transcript;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The form in which the book's text and ours are compared. Names, times, versions, sizes and
 * addresses may differ, and become a word for what they are; nothing else may.
 */
final class Likeness {

  /** What may differ, in the order in which it is replaced. */
  private static final Map<String, String> MAY_DIFFER = new LinkedHashMap<>();

  static {
    // What pg:info says besides since the book, and so the column of the values.
    MAY_DIFFER.put("(?m)^Continuous Protection: .*\\n", "");
    MAY_DIFFER.put("(?m)^([A-Z][A-Za-z/ ]+:) +", "$1 ");
    // Addresses.
    MAY_DIFFER.put("postgres://\\S+", "<connection URL>");
    MAY_DIFFER.put("dbname=\\S+ host=\\S+ port=\\d+ user=\\S+ password=\\S+", "<connection parts>");
    MAY_DIFFER.put("https?://\\S+\\.git\\b", "<git URL>");
    MAY_DIFFER.put("https?://\\S+/(?= |$)", "<web URL>");
    MAY_DIFFER.put("/\\S+(?=/\\.ssh/)", "<home>");
    // Names.
    MAY_DIFFER.put("\\b[a-z]+-[a-z]+-\\d{4,5}\\b", "<app>");
    MAY_DIFFER.put("HEROKU_POSTGRESQL_[A-Z]+?(?=_URL|\\b)", "HEROKU_POSTGRESQL_<COLOR>");
    MAY_DIFFER.put("(?<=your-app-name::)[A-Z]+", "<COLOR>");
    MAY_DIFFER.put("(?<=stack is )\\S+", "<stack>");
    // The column of the values follows the longest name.
    MAY_DIFFER.put("(?m)(?<=_URL:) +", " ");
    // What stands below a backup begins where the name of the database, with its colour, ends.
    MAY_DIFFER.put("(?m)^ {40,}(?=\\S)", "<column>");
    // How many sessions there are, and may be.
    MAY_DIFFER.put("(?<=Connections: )\\d+/\\d+", "<n>/<most>");
    // Times, versions, sizes.
    MAY_DIFFER.put("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC", "<time>");
    MAY_DIFFER.put("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d \\+0000", "<time>");
    MAY_DIFFER.put("[A-Z][a-z]+ \\d+, \\d{4} +\\d+:\\d\\d[AP]M UTC", "<time>");
    MAY_DIFFER.put("\\(\\d\\d:\\d\\d:\\d\\d ago\\)", "(<interval> ago)");
    MAY_DIFFER.put("(?<=\\(about )\\d+ (minute|hour)s?(?= ago\\))", "<interval>");
    MAY_DIFFER.put("\\bv\\d+\\b", "v<n>");
    MAY_DIFFER.put("(?m)(?<=PG Version: ).+$", "<version>");
    MAY_DIFFER.put("(?m)^psql \\(.*\\)$", "psql (<versions>)");
    MAY_DIFFER.put("(?m)^SSL connection \\(.*\\)$", "SSL connection (<cipher>)");
    MAY_DIFFER.put("\\d{4}/\\d\\d/\\d\\d \\d\\d:\\d\\d\\.\\d\\d \\+0000", "<time>");
    MAY_DIFFER.put("\\b\\d+(\\.\\d)?[KM]?B\\b", "<size>");
    // Backups, by whether they were taken by hand.
    MAY_DIFFER.put("\\b([ab])\\d{3}\\b", "<backup>");
    MAY_DIFFER.put("https?://\\S+/backups/\\S+|https://s3\\.amazonaws\\.com/\\S+", "<address>");
    MAY_DIFFER.put("\\d+(\\.\\d+)? MB( / \\d+ GB \\(\\d+\\.\\d+%\\))?", "<size>");
  }

  private Likeness() {}

  static String of(String text) {
    // A line that was drawn anew shows what was drawn last.
    String like = text.replaceAll(".*\u001b\\[K", "").replaceAll("(?m)[ \t]+$", "").strip();
    for (var entry : MAY_DIFFER.entrySet()) {
      like = like.replaceAll(entry.getKey(), entry.getValue());
    }
    return like;
  }
}
