package dev.howdah.postgres.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectionParametersTest {

  private static ConnectionParameters to(String host, String database) {
    return new ConnectionParameters(
        host, Optional.empty(), 5432, database, "u", "very-secret", "require", Optional.empty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/run/postgresql", "@abstract", "a,b", "a b", "a=b", "..\0"})
  void aHostThatIsNoneOfTheNetworkIsRefused(String host) {
    assertThatThrownBy(() -> to(host, "d")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aDatabaseNameIsNeverReadAsAConnectionString() {
    assertThat(to("db.example.com", "d host=/run user='x'").databaseArgument())
        .isEqualTo("--dbname=dbname='d host=/run user=\\'x\\''");
  }

  @Test
  void thePasswordIsInNoArgumentAndInNoText() {
    ConnectionParameters parameters = to("::1", "d");
    assertThat(parameters.toString()).doesNotContain("very-secret");
    assertThat(parameters.databaseArgument()).doesNotContain("very-secret");
    assertThat(parameters.environment()).containsEntry("PGPASSWORD", "very-secret");
  }
}
