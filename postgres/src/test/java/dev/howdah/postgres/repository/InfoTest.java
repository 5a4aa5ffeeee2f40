package dev.howdah.postgres.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.postgres.PostgresException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class InfoTest {

  @Test
  void readsBasesAndTheEndsOfTheLog() {
    Contents contents =
        Info.parse(
            """
            [{"archive":[{"id":"15-1","max":"000000010000000000000041","min":"00000001000000000000003F"}],
              "backup":[{"archive":{"start":"00000001000000000000003F","stop":"000000010000000000000040"},
                "error":false,"info":{"size":407779005},"label":"20261123-093915F",
                "lsn":{"start":"0/3F000028","stop":"1/40000170"},
                "timestamp":{"start":1795426755,"stop":1795426777},"type":"full"}],
              "status":{"code":0,"message":"ok"}}]\
            """);
    assertThat(contents.firstSegment()).contains("00000001000000000000003F");
    assertThat(contents.lastSegment()).contains("000000010000000000000041");
    assertThat(contents.bases())
        .containsExactly(
            new BaseCopy(
                "20261123-093915F",
                BaseCopy.Kind.FULL,
                Instant.ofEpochSecond(1795426755),
                Instant.ofEpochSecond(1795426778),
                Lsn.of("0/3F000028"),
                Lsn.of("1/40000170"),
                "00000001000000000000003F",
                "000000010000000000000040",
                407779005));
  }

  @Test
  void aRepositoryWithoutBasesIsNothingWrong() {
    assertThat(
            Info.parse(
                "[{\"archive\":[{\"min\":null,\"max\":null}],\"backup\":[],\"status\":{\"code\":2}}]"))
        .isEqualTo(new Contents(List.of(), Optional.empty(), Optional.empty()));
  }

  @Test
  void saysWhyARepositoryCannotBeUsed() {
    assertThatThrownBy(() -> Info.parse("[{\"status\":{\"code\":99,\"message\":\"no access\"}}]"))
        .isInstanceOf(PostgresException.class)
        .hasMessageContaining("no access");
    assertThatThrownBy(() -> Info.parse("[]")).isInstanceOf(PostgresException.class);
  }
}
