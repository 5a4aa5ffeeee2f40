package dev.howdah.postgres.upgrade;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.os.Command;
import dev.howdah.postgres.sql.ControlConnections;
import dev.howdah.postgres.sql.Session;
import dev.howdah.postgres.version.Installation;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a data directory was made with and its successor must be made with, too.
 *
 * @param encoding such as {@code UTF8}
 * @param collation the locale text is ordered by
 * @param characterType the locale that tells letters from digits
 * @param segmentMegabytes the size of a file of the write-ahead log
 * @param checksums whether its pages carry checksums
 */
public record Layout(
    String encoding,
    String collation,
    String characterType,
    int segmentMegabytes,
    boolean checksums) {

  private static final Pattern SEGMENT = Pattern.compile("Bytes per WAL segment: +([0-9]+)");
  private static final Pattern CHECKSUM = Pattern.compile("Data page checksum version: +([0-9]+)");

  /** Reads it from a running server and its data directory. */
  public static Layout of(Installation installation, Path data, ControlConnections connections) {
    String control = Command.of(installation.program("pg_controldata"), "-D", data).run();
    try (Session session = new Session(connections.superuser("postgres"))) {
      return session
          .rows(
              """
              SELECT pg_encoding_to_char(encoding), datcollate, datctype
              FROM pg_database WHERE datname = 'template0'
              """,
              row ->
                  new Layout(
                      row.getString(1),
                      row.getString(2),
                      row.getString(3),
                      (int) (number(SEGMENT, control) >> 20),
                      number(CHECKSUM, control) != 0))
          .getFirst();
    } catch (SQLException e) {
      throw new PostgresException("could not read how " + data + " was made: " + e.getMessage(), e);
    }
  }

  /** One line for each, to be kept in a file. */
  public String text() {
    return String.join(
        "\n",
        encoding,
        collation,
        characterType,
        Integer.toString(segmentMegabytes),
        Boolean.toString(checksums));
  }

  /** Reads {@link #text}. */
  public static Layout parse(String text) {
    String[] lines = text.strip().split("\n", -1);
    if (lines.length != 5) {
      throw new PostgresException("it is not known how the data directory was made");
    }
    return new Layout(
        lines[0], lines[1], lines[2], Integer.parseInt(lines[3]), Boolean.parseBoolean(lines[4]));
  }

  /** The arguments that make initdb of a version make a directory of this kind. */
  List<String> arguments(int major) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--username=postgres",
                "--encoding=" + encoding,
                "--lc-collate=" + collation,
                "--lc-ctype=" + characterType,
                "--wal-segsize=" + segmentMegabytes,
                "--auth=reject",
                // All of it is brought to disk before it is used.
                "--no-sync"));
    if (checksums) {
      arguments.add("--data-checksums");
    } else if (major >= 18) {
      arguments.add("--no-data-checksums");
    }
    return arguments;
  }

  private static long number(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) {
      throw new PostgresException("not what pg_controldata prints: " + text);
    }
    return Long.parseLong(matcher.group(1));
  }
}
