package dev.howdah.postgres.dump;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an archive contains, by pg_restore's list of it, and what of that the owner of a database
 * can restore. Dumps made elsewhere hold things that only a superuser may make, or that every
 * database here has already; none of them holds data (P4).
 *
 * @param wanted the lines of the list to restore
 * @param leftOut what is left out although its owner may miss it
 * @param madeBy major version of the pg_dump that made it
 * @param tables how many tables have data in it
 */
record Contents(List<String> wanted, List<String> leftOut, OptionalInt madeBy, int tables) {
  private static final Pattern ENTRY = Pattern.compile("\\d+; \\d+ \\d+ (.*)");
  private static final Pattern MADE_BY =
      Pattern.compile(";\\s+Dumped by pg_dump version: (\\d+).*");

  /** Of no use to anybody but a superuser, and worth a word. */
  private static final Pattern FOR_SUPERUSERS =
      Pattern.compile(
          "(PUBLICATION( TABLE| TABLES IN SCHEMA)?|SUBSCRIPTION( TABLE)?|EVENT TRIGGER"
              + "|SECURITY LABEL) .*");

  /** Present in every database, or a remark about something that belongs to a superuser. */
  private static final Pattern FURNITURE =
      Pattern.compile(
          "(COMMENT|ACL) - (EXTENSION|EVENT TRIGGER|PUBLICATION|SUBSCRIPTION|LANGUAGE) .*"
              + "|(COMMENT|ACL) - SCHEMA (public|_heroku) .*"
              + "|ACL - DATABASE .*|ACL pg_catalog .*|ACL [^ ]+ FUNCTION pg_stat_statements_reset.*"
              + "|SCHEMA - (public|_heroku) .*"
              + "|EXTENSION - plpgsql( .*)?"
              + "|DATABASE( PROPERTIES)? .*"
              + "|[A-Z ]+ _heroku .*");

  Contents {
    wanted = List.copyOf(wanted);
    leftOut = List.copyOf(leftOut);
  }

  /** Reads what {@code pg_restore --list} wrote. */
  static Contents of(List<String> list) {
    var wanted = new ArrayList<String>();
    var leftOut = new ArrayList<String>();
    OptionalInt madeBy = OptionalInt.empty();
    int tables = 0;
    for (String line : list) {
      Matcher made = MADE_BY.matcher(line);
      Matcher entry = ENTRY.matcher(line);
      if (made.matches()) {
        madeBy = OptionalInt.of(Integer.parseInt(made.group(1)));
      } else if (entry.matches()) {
        String what = entry.group(1);
        if (FOR_SUPERUSERS.matcher(what).matches()) {
          leftOut.add(what);
        } else if (!FURNITURE.matcher(what).matches()) {
          wanted.add(line);
          tables += what.startsWith("TABLE DATA ") ? 1 : 0;
        }
      }
    }
    return new Contents(wanted, leftOut, madeBy, tables);
  }
}
