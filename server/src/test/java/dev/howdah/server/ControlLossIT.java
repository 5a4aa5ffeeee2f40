package dev.howdah.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Whose the control database and the data directory are. */
@Timeout(120)
class ControlLossIT {
  private static final String HOLDER =
      "select pid from pg_locks where locktype = 'advisory' and granted limit 1";

  @RegisterExtension static final TestServer SERVER = new TestServer();

  @Test
  void aLostSessionIsTakenUpAgain() throws Exception {
    Jdbi control = SERVER.control();
    int before = control.withHandle(h -> h.createQuery(HOLDER).mapTo(Integer.class).one());
    control.useHandle(
        h -> h.createQuery("select pg_terminate_backend(?)").bind(0, before).mapToMap().one());
    int after = before;
    while (after == before) {
      Thread.sleep(100);
      after =
          control.withHandle(
              h -> h.createQuery(HOLDER).mapTo(Integer.class).findOne().orElse(before));
    }
    assertThat(after).isNotEqualTo(before);
    SERVER.nobody().get("/healthz").expect(200);
  }

  @Test
  void aDataDirectoryIsOneServers(@TempDir Path data) throws Exception {
    try (DataLock first = DataLock.take(data, Duration.ZERO)) {
      assertThat(first).isNotNull();
      assertThatThrownBy(() -> DataLock.take(data, Duration.ZERO))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("--data " + data);
    }
    DataLock.take(data, Duration.ZERO).close();
  }
}
