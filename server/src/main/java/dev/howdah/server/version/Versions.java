package dev.howdah.server.version;

import dev.howdah.postgres.version.Installation;
import dev.howdah.postgres.version.Installations;
import dev.howdah.server.platform.ApiError;
import dev.howdah.server.version.PostgresVersion.Status;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The PostgreSQL versions of this host, and which one is taken for what (T8.1). */
public final class Versions {
  private final VersionCatalogue catalogue;
  private final Installations installations;
  private final InstantSource clock;

  /** What {@code catalogue} says of {@code installations}. */
  public Versions(VersionCatalogue catalogue, Installations installations, InstantSource clock) {
    this.catalogue = catalogue;
    this.installations = installations;
    this.clock = clock;
  }

  /** All of them, newest first. */
  public List<PostgresVersion> all() {
    return catalogue.of(installations.all(), LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC));
  }

  /** What is said of a major version; empty when the host does not have it. */
  public Optional<PostgresVersion> find(int major) {
    return all().stream().filter(version -> version.major() == major).findFirst();
  }

  /**
   * What a new, empty database is made of.
   *
   * @param wanted the major version asked for; the default one when nobody asked
   * @throws ApiError that lists what can be had, when that version is unknown or deprecated
   */
  public Installation forNew(Optional<String> wanted) {
    List<PostgresVersion> all = all();
    if (all.isEmpty()) {
      throw ApiError.unavailable(
          "No PostgreSQL is installed on this host. The operator can run `howdah up`"
              + " to install it.");
    }
    if (wanted.isEmpty()) {
      return installations.require(
          all.stream()
              .filter(version -> version.status() == Status.DEFAULT)
              .findFirst()
              .orElseThrow()
              .major());
    }
    PostgresVersion found =
        named(all, wanted.get(), version -> version.status() != Status.DEPRECATED);
    if (found.status() == Status.DEPRECATED) {
      throw ApiError.invalid(
          "PostgreSQL %d is %s: no new databases are made of it. Choose from: %s."
              .formatted(
                  found.major(),
                  found.describe(),
                  list(all, version -> version.status() != Status.DEPRECATED)));
    }
    return installations.require(found.major());
  }

  /**
   * What a database is upgraded to (T8.3).
   *
   * @param current its major version
   * @param wanted the major version asked for; the newest one that is not beta when nobody asked
   * @throws ApiError when there is none, or that one is unknown, not newer, or deprecated
   */
  public PostgresVersion forUpgrade(int current, Optional<String> wanted) {
    List<PostgresVersion> all = all();
    Predicate<PostgresVersion> possible =
        version -> version.major() > current && version.status() != Status.DEPRECATED;
    if (wanted.isPresent()) {
      PostgresVersion found = named(all, wanted.get(), possible);
      if (found.major() == current) {
        throw ApiError.invalid("The database is on PostgreSQL %d already.".formatted(current));
      }
      if (!possible.test(found)) {
        throw ApiError.invalid(
            found.major() < current
                ? "The database is on PostgreSQL %d, and no database goes back to an older version."
                    .formatted(current)
                : "PostgreSQL %d is %s. Choose from: %s."
                    .formatted(found.major(), found.describe(), list(all, possible)));
      }
      return found;
    }
    return all.stream()
        .filter(possible.and(version -> version.status() != Status.BETA))
        .max(Comparator.comparingInt(PostgresVersion::major))
        .orElseThrow(() ->
            ApiError.invalid(
                "The database is on PostgreSQL %d, the newest version there is here."
                    .formatted(current)));
  }

  private static PostgresVersion named(
      List<PostgresVersion> all, String name, Predicate<PostgresVersion> offered) {
    return all.stream()
        .filter(version -> Integer.toString(version.major()).equals(name))
        .findFirst()
        .orElseThrow(() ->
            ApiError.invalid(
                "PostgreSQL %s is not available here. Choose from: %s."
                    .formatted(name, list(all, offered))));
  }

  private static String list(List<PostgresVersion> all, Predicate<PostgresVersion> offered) {
    String list =
        all.stream().filter(offered).map(PostgresVersion::listed).collect(Collectors.joining(", "));
    return list.isEmpty() ? "none" : list;
  }
}
