package dev.howdah.server.feature;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.server.TestServer;
import dev.howdah.server.TestServer.Client;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class FeaturesIT {
  @RegisterExtension static final TestServer SERVER = new TestServer();

  @Test
  void aSwitchIsKeptForItsAppAlone() {
    Client owner = SERVER.stranger();
    String one = app(owner);
    String other = app(owner);
    owner.patch("/apps/" + one + "/features/preboot", Map.of("enabled", true)).expect(200);
    assertThat(enabled(owner, one, "preboot")).isEqualTo("true");
    assertThat(enabled(owner, one, "log-runtime-metrics")).isEqualTo("false");
    assertThat(enabled(owner, other, "preboot")).isEqualTo("false");
    owner.patch("/apps/" + one + "/features/preboot", Map.of("enabled", false)).expect(200);
    assertThat(enabled(owner, one, "preboot")).isEqualTo("false");
  }

  /** {@code labs:enable} asks for the account's feature first and goes on at a 404. */
  @Test
  void featuresOfAppsAreNotFeaturesOfAccounts() {
    Client owner = SERVER.stranger();
    assertThat(owner.get("/account/features/preboot").expect(404).text("/id"))
        .isEqualTo("not_found");
    owner.patch("/account/features/preboot", Map.of("enabled", true)).expect(404);
  }

  private static String app(Client owner) {
    String name = "features-" + UUID.randomUUID().toString().substring(0, 8);
    owner.post("/apps", Map.of("name", name)).expect(201);
    return name;
  }

  private static String enabled(Client owner, String app, String feature) {
    return owner.get("/apps/" + app + "/features/" + feature).expect(200).text("/enabled");
  }
}
