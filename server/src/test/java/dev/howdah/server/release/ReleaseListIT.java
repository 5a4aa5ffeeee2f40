package dev.howdah.server.release;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.server.TestServer;
import dev.howdah.server.TestServer.Answer;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

@Timeout(60)
class ReleaseListIT {
  @RegisterExtension static final TestServer SERVER = new TestServer();

  private final String app = "releases-" + UUID.randomUUID().toString().substring(0, 8);

  private List<Integer> versions(String range) {
    return list(range).json().valueStream().map(item -> item.path("version").intValue()).toList();
  }

  private Answer list(String range) {
    return SERVER.admin().with("Range", range).get("/apps/" + app + "/releases");
  }

  @Test
  void isCutAndOrderedAsAskedFor() {
    SERVER.admin().post("/apps", Map.of("name", app)).expect(201);
    for (int i = 3; i <= 12; i++) {
      SERVER.admin().patch("/apps/" + app + "/config-vars", Map.of("N", "" + i)).expect(200);
    }
    assertThat(versions("version ..; max=3, order=desc")).containsExactly(12, 11, 10);
    assertThat(list("version ..; max=3, order=desc").json().at("/0/current").booleanValue())
        .isTrue();
    assertThat(versions("version ]10..; max=3, order=desc")).containsExactly(9, 8, 7);
    assertThat(versions("version 2..4")).containsExactly(2, 3, 4);
    assertThat(versions("version ]2..4; max=1")).containsExactly(3);
    assertThat(SERVER.admin().get("/apps/" + app + "/releases").expect(200).json()).hasSize(12);
    list("version x..").expect(416);
    list("id x..").expect(416);
    list("name ..").expect(416);
    JsonNode byId = list("id ..; max=5").expect(206).json();
    String fifth = byId.path(4).path("id").stringValue();
    assertThat(list("id ]" + fifth + "..").expect(200).json()).hasSize(7);
    SERVER.admin().delete("/apps/" + app).expect(200);
  }

  @Test
  void onlyTheWholeScopeIsGiven() {
    assertThat(
            SERVER
                .admin()
                .post("/oauth/authorizations", Map.of("scope", List.of("read")))
                .expect(422)
                .text("/message"))
        .contains("not available in this release");
    SERVER.admin().post("/oauth/authorizations", Map.of("scope", List.of("global"))).expect(201);
  }
}
