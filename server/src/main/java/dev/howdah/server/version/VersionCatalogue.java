package dev.howdah.server.version;

import dev.howdah.postgres.version.Installation;
import dev.howdah.server.version.PostgresVersion.Status;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * What is said of PostgreSQL versions: {@code versions.yaml}, which an operator may replace.
 *
 * @param preferred the default; empty for the newest installed one
 * @param entries by major version
 */
public record VersionCatalogue(OptionalInt preferred, Map<Integer, Entry> entries) {

  /** What is said of one version. Without a status its support decides. */
  public record Entry(Optional<Status> status, Optional<LocalDate> supportEnds) {}

  private static final Entry UNNAMED = new Entry(Optional.empty(), Optional.empty());

  /** Copies the map. */
  public VersionCatalogue {
    entries = Map.copyOf(entries);
  }

  /** Reads the operator's file if there is one, otherwise the one that comes with Howdah. */
  public static VersionCatalogue load(Path operatorsFile) {
    try (InputStream in =
        Files.exists(operatorsFile)
            ? Files.newInputStream(operatorsFile)
            : Objects.requireNonNull(VersionCatalogue.class.getResourceAsStream("versions.yaml"))) {
      return read(new YAMLMapper().readTree(in));
    } catch (IOException | JacksonException | IllegalArgumentException | DateTimeException wrong) {
      throw new IllegalArgumentException(
          "versions.yaml cannot be read: " + wrong.getMessage(), wrong);
    }
  }

  /**
   * The versions of a host, newest first. There is a default among them unless the host has none:
   * the preferred one, else the newest available one, else the newest.
   */
  public List<PostgresVersion> of(List<Installation> installed, LocalDate today) {
    int chosen = chosen(installed, today);
    return installed.stream()
        .map(installation ->
            new PostgresVersion(
                installation.major(),
                installation.version(),
                installation.major() == chosen ? Status.DEFAULT : status(installation, today),
                entry(installation).supportEnds()))
        .toList();
  }

  private int chosen(List<Installation> installed, LocalDate today) {
    return installed.stream()
        .filter(i -> preferred.isPresent() && i.major() == preferred.getAsInt())
        .findFirst()
        .or(() -> installed.stream().filter(i -> status(i, today) == Status.AVAILABLE).findFirst())
        .or(() -> installed.stream().findFirst())
        .map(Installation::major)
        .orElse(0);
  }

  private Status status(Installation installation, LocalDate today) {
    Entry entry = entry(installation);
    return entry
        .status()
        .orElseGet(() ->
            entry.supportEnds().filter(day -> !today.isBefore(day)).isPresent()
                ? Status.DEPRECATED
                : Status.AVAILABLE);
  }

  private Entry entry(Installation installation) {
    return entries.getOrDefault(installation.major(), UNNAMED);
  }

  private static VersionCatalogue read(JsonNode file) {
    Map<Integer, Entry> entries = new HashMap<>();
    for (var entry : file.path("versions").properties()) {
      JsonNode said = entry.getValue();
      entries.put(
          Integer.valueOf(entry.getKey()),
          new Entry(
              text(said, "status").map(VersionCatalogue::status),
              text(said, "support_ends").map(LocalDate::parse)));
    }
    String preferred = text(file, "default").orElse("newest");
    return new VersionCatalogue(
        preferred.equals("newest")
            ? OptionalInt.empty()
            : OptionalInt.of(Integer.parseInt(preferred)),
        entries);
  }

  private static Status status(String word) {
    // The default is said once, for the whole file.
    return switch (word) {
      case "beta" -> Status.BETA;
      case "available" -> Status.AVAILABLE;
      case "deprecated" -> Status.DEPRECATED;
      default ->
          throw new IllegalArgumentException(
              "a status is beta, available or deprecated, not " + word.toLowerCase(Locale.ROOT));
    };
  }

  private static Optional<String> text(JsonNode node, String field) {
    return Optional.of(node.path(field).asString("")).filter(text -> !text.isBlank());
  }
}
