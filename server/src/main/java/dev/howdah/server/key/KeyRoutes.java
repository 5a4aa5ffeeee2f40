package dev.howdah.server.key;

import static dev.howdah.server.platform.Shape.name;
import static dev.howdah.server.platform.Shape.object;
import static dev.howdah.server.platform.Shape.required;

import dev.howdah.server.platform.Reply;
import dev.howdah.server.platform.Route;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** The caller's SSH keys. */
public final class KeyRoutes {
  /** Room for the largest RSA key and a comment. */
  private static final int LONGEST = 8192;

  private final Keys keys;

  /** Routes over {@code keys}. */
  public KeyRoutes(Keys keys) {
    this.keys = keys;
  }

  /** The endpoints. */
  public List<Route> routes() {
    return List.of(
        Route.of(
            "GET",
            "/account/keys",
            call ->
                Reply.page(
                    keys.list(call.caller()).stream().map(KeyRoutes::wire).toList(),
                    Reply.by("id", KeyJson::id))),
        Route.of(
            "POST",
            "/account/keys",
            object(required("public_key", name(LONGEST))),
            call ->
                Reply.created(
                    wire(keys.add(call.caller(), call.text("/public_key").orElseThrow())))),
        Route.of(
            "GET",
            "/account/keys/{key}",
            call -> Reply.ok(wire(keys.find(call.caller(), call.path("key"))))),
        Route.of(
            "DELETE",
            "/account/keys/{key}",
            call -> Reply.ok(wire(keys.remove(call.caller(), call.path("key"))))));
  }

  private static KeyJson wire(Key key) {
    return new KeyJson(
        key.comment(),
        key.createdAt(),
        key.email(),
        key.fingerprint(),
        key.id(),
        key.publicKey(),
        key.updatedAt());
  }

  private record KeyJson(
      String comment,
      Instant createdAt,
      String email,
      String fingerprint,
      UUID id,
      String publicKey,
      Instant updatedAt) {}
}
