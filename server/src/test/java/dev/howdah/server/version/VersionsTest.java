package dev.howdah.server.version;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.postgres.version.Installation;
import dev.howdah.postgres.version.Installations;
import dev.howdah.server.version.PostgresVersion.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VersionsTest {

  @TempDir private Path directory;

  @Test
  void theDefaultIsTheNewestOneThatIsNeitherBetaNorDeprecated() throws IOException {
    Versions versions = versions("2014-12-05", BOOK, 95, 94, 93, 92, 90);
    assertThat(versions.all())
        .extracting(PostgresVersion::describe)
        .containsExactly(
            "beta", "default", "available", "available", "deprecated (support ended 3 Dec 2014)");
    assertThat(versions.forNew(Optional.empty()).major()).isEqualTo(94);
  }

  @Test
  void aVersionIsDeprecatedFromTheDayItsSupportEnds() throws IOException {
    assertThat(versions("2014-12-02", BOOK, 93, 90).find(90).orElseThrow().status())
        .isEqualTo(Status.AVAILABLE);
    assertThat(versions("2014-12-03", BOOK, 93, 90).find(90).orElseThrow().status())
        .isEqualTo(Status.DEPRECATED);
  }

  @Test
  void whatTheOperatorPrefersIsTheDefaultWhereItIsInstalled() throws IOException {
    assertThat(
            versions("2014-12-05", "default: 92\n" + REST, 94, 92).forNew(Optional.empty()).major())
        .isEqualTo(92);
    assertThat(
            versions("2014-12-05", "default: 92\n" + REST, 94, 93).forNew(Optional.empty()).major())
        .isEqualTo(94);
  }

  @Test
  void aHostWithADeprecatedVersionOnlyStillMakesDatabases() throws IOException {
    assertThat(versions("2020-01-01", BOOK, 90).forNew(Optional.empty()).major()).isEqualTo(90);
    assertThat(versions("2020-01-01", BOOK, 90).forNew(Optional.of("90")).major()).isEqualTo(90);
  }

  @Test
  void newDatabasesAreMadeOfWhatIsOffered() throws IOException {
    Versions versions = versions("2014-12-05", BOOK, 95, 94, 93, 90);
    assertThat(versions.forNew(Optional.of("95")).major()).isEqualTo(95);
    assertThatThrownBy(() -> versions.forNew(Optional.of("90")))
        .hasMessage(
            "PostgreSQL 90 is deprecated (support ended 3 Dec 2014): no new databases are made of"
                + " it. Choose from: 95 (beta), 94 (default), 93.");
    assertThatThrownBy(() -> versions.forNew(Optional.of("91")))
        .hasMessage(
            "PostgreSQL 91 is not available here. Choose from: 95 (beta), 94 (default), 93.");
  }

  @Test
  void anUpgradeGoesToTheNewestThatIsNotBeta() throws IOException {
    Versions versions = versions("2014-12-05", BOOK, 95, 94, 93, 90);
    assertThat(versions.forUpgrade(90, Optional.empty()).major()).isEqualTo(94);
    assertThat(versions.forUpgrade(93, Optional.of("95")).major()).isEqualTo(95);
    assertThat(versions.forUpgrade(92, Optional.of("93")).major()).isEqualTo(93);
    assertThatThrownBy(() -> versions.forUpgrade(94, Optional.empty()))
        .hasMessage("The database is on PostgreSQL 94, the newest version there is here.");
    assertThatThrownBy(() -> versions.forUpgrade(94, Optional.of("94")))
        .hasMessage("The database is on PostgreSQL 94 already.");
    assertThatThrownBy(() -> versions.forUpgrade(94, Optional.of("93")))
        .hasMessageContaining("no database goes back to an older version");
    assertThatThrownBy(() -> versions.forUpgrade(94, Optional.of("99")))
        .hasMessage("PostgreSQL 99 is not available here. Choose from: 95 (beta).");
  }

  @Test
  void aFileThatCannotBeUnderstoodIsNamed() {
    for (String wrong :
        List.of(
            "default: new", "versions: {15: {status: old}}", "versions: {15: {support_ends: x}}")) {
      assertThatThrownBy(() -> versions("2014-12-05", wrong, 94))
          .as(wrong)
          .hasMessageStartingWith("versions.yaml cannot be read");
    }
  }

  @Test
  void theFileThatComesWithHowdahCanBeRead() {
    VersionCatalogue own = VersionCatalogue.load(directory.resolve("absent"));
    assertThat(own.preferred()).isEmpty();
    assertThat(own.entries()).containsKeys(13, 18);
  }

  private static final String REST =
      """
      versions:
        95: {status: beta}
        93: {status: available, support_ends: 2010-01-01}
        90: {support_ends: 2014-12-03}
      """;

  private static final String BOOK = "default: newest\n" + REST;

  private Versions versions(String day, String file, int... majors) throws IOException {
    Path own = Files.writeString(directory.resolve("versions.yaml"), file);
    Path nowhere = Path.of("/nowhere");
    return new Versions(
        VersionCatalogue.load(own),
        new Installations(
            IntStream.of(majors)
                .mapToObj(m -> new Installation(m, m + ".1", nowhere, nowhere, nowhere))
                .toList()),
        InstantSource.fixed(Instant.parse(day + "T12:00:00Z")));
  }
}
