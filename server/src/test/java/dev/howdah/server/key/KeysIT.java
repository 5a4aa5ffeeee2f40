package dev.howdah.server.key;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.server.TestServer;
import dev.howdah.server.TestServer.Answer;
import dev.howdah.server.TestServer.Client;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class KeysIT {
  @RegisterExtension static final TestServer SERVER = new TestServer();

  private static final String KEY =
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIP/+/fz7+vn49/b19PPy8fDv7u3s6+rp6Ofm5eTj4uHg";

  @Test
  void aKeyIsKeptAndStandsForOneAccount() {
    Client owner = SERVER.stranger();
    Client other = SERVER.stranger();
    Answer made = owner.post("/account/keys", Map.of("public_key", KEY + " me@laptop\n"));
    made.expect(201);
    assertThat(made.text("/comment")).isEqualTo("me@laptop");
    assertThat(made.text("/public_key")).isEqualTo(KEY + " me@laptop");
    assertThat(made.text("/fingerprint")).matches("([0-9a-f]{2}:){15}[0-9a-f]{2}");

    owner.post("/account/keys", Map.of("public_key", KEY)).expect(422);
    other.post("/account/keys", Map.of("public_key", KEY)).expect(422);
    assertThat(other.get("/account/keys").expect(200).body()).isEqualTo("[]");
    other.get("/account/keys/" + made.text("/id")).expect(404);
    other.delete("/account/keys/" + made.text("/fingerprint")).expect(404);

    assertThat(owner.get("/account/keys/" + made.text("/fingerprint")).expect(200).text("/id"))
        .isEqualTo(made.text("/id"));
    owner.delete("/account/keys/" + made.text("/id")).expect(200);
    other.post("/account/keys", Map.of("public_key", KEY)).expect(201);
  }
}
