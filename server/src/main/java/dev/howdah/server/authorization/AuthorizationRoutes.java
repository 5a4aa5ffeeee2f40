package dev.howdah.server.authorization;

import static dev.howdah.server.platform.Shape.object;
import static dev.howdah.server.platform.Shape.optional;
import static dev.howdah.server.platform.Shape.text;

import dev.howdah.server.account.Account;
import dev.howdah.server.account.Accounts;
import dev.howdah.server.platform.ApiError;
import dev.howdah.server.platform.Call;
import dev.howdah.server.platform.Reply;
import dev.howdah.server.platform.Route;
import dev.howdah.server.platform.Shape;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Authorizations, sessions and logging in (contract §3). */
public final class AuthorizationRoutes {
  private static final long LONGEST_LIFE = Duration.ofDays(3650).toSeconds();

  private static final Shape.Obj CREATE =
      object(
          optional("description", text(500)),
          optional("expires_in", new Shape.Whole(1, LONGEST_LIFE)),
          optional("scope", new Shape.ListOf(text(50), 20)));

  private final Authorizations authorizations;
  private final Accounts accounts;
  private final InstantSource clock;

  /** Routes over {@code authorizations}; {@code accounts} check passwords. */
  public AuthorizationRoutes(
      Authorizations authorizations, Accounts accounts, InstantSource clock) {
    this.authorizations = authorizations;
    this.accounts = accounts;
    this.clock = clock;
  }

  /** The endpoints. */
  public List<Route> routes() {
    return List.of(
        Route.of("POST", "/oauth/authorizations", CREATE, this::create).open(),
        Route.of(
            "GET",
            "/oauth/authorizations",
            call ->
                Reply.page(
                    authorizations.list(call.caller()).stream().map(this::wire).toList(),
                    Reply.by("id", AuthorizationJson::id))),
        Route.of(
            "GET",
            "/oauth/authorizations/{authorization}",
            call -> Reply.ok(wire(authorizations.find(call.caller(), reference(call))))),
        Route.of(
            "PATCH",
            "/oauth/authorizations/{authorization}",
            object(optional("description", text(500))),
            call ->
                Reply.ok(
                    wire(
                        authorizations.describe(
                            call.caller(), reference(call), call.text("/description"))))),
        Route.of(
            "DELETE",
            "/oauth/authorizations/{authorization}",
            call -> Reply.ok(wire(authorizations.revoke(call.caller(), reference(call))))),
        Route.of(
            "POST",
            "/oauth/authorizations/{authorization}/actions/regenerate-tokens",
            call -> Reply.ok(wire(authorizations.regenerate(call.caller(), reference(call))))),
        Route.of(
            "GET",
            "/oauth/sessions",
            call ->
                Reply.page(
                    authorizations.list(call.caller()).stream()
                        .filter(Authorization::session)
                        .map(AuthorizationRoutes::session)
                        .toList(),
                    Reply.by("id", SessionJson::id))),
        Route.of(
            "DELETE",
            "/oauth/sessions/{session}",
            call ->
                Reply.ok(session(authorizations.endSession(call.caller(), call.path("session"))))));
  }

  private Reply create(Call call) {
    Optional<Duration> life =
        call.at("/expires_in").isIntegralNumber()
            ? Optional.of(Duration.ofSeconds(call.at("/expires_in").longValue()))
            : Optional.empty();
    List<String> scope =
        StreamSupport.stream(call.at("/scope").spliterator(), false)
            .map(JsonNode::stringValue)
            .toList();
    var who = owner(call);
    if (scope.stream().anyMatch(wanted -> !wanted.equals("global"))) {
      throw ApiError.invalid(
          "Narrower scopes than global are not available in this release: every authorization may"
              + " do what its account may. Leave the scope out, or use global.");
    }
    String description = call.text("/description").orElse("Unnamed authorization");
    return Reply.created(
        wire(
            authorizations.create(
                who.id(),
                who.email(),
                description,
                scope.isEmpty() ? List.of("global") : scope,
                who.byPassword(),
                life)));
  }

  private record Owner(UUID id, String email, boolean byPassword) {}

  /** Basic e-mail and password of {@code login -i}, or a token as everywhere else. */
  private Owner owner(Call call) {
    Optional<Account> account =
        call.basic()
            .filter(pair -> !pair.getKey().isEmpty())
            .flatMap(pair -> accounts.logIn(pair.getKey(), pair.getValue()));
    if (account.isPresent()) {
      return new Owner(account.get().id(), account.get().email(), true);
    }
    return new Owner(call.caller().accountId(), call.caller().email(), false);
  }

  private static String reference(Call call) {
    return call.path("authorization");
  }

  private AuthorizationJson wire(Authorization authorization) {
    return new AuthorizationJson(
        authorization.id(),
        new TokenJson(
            authorization.tokenId(),
            authorization.token(),
            authorization.expiresIn(clock).orElse(null)),
        null,
        authorization.createdAt(),
        authorization.description(),
        null,
        null,
        authorization.scope(),
        authorization.session() ? new SessionReference(authorization.id()) : null,
        authorization.updatedAt(),
        new UserJson(authorization.accountId(), authorization.email(), null));
  }

  private static SessionJson session(Authorization authorization) {
    return new SessionJson(
        authorization.id(),
        authorization.description(),
        authorization.createdAt(),
        authorization.updatedAt());
  }

  private record AuthorizationJson(
      UUID id,
      TokenJson accessToken,
      @Nullable Object client,
      Instant createdAt,
      String description,
      @Nullable Object grant,
      @Nullable Object refreshToken,
      List<String> scope,
      @Nullable SessionReference session,
      Instant updatedAt,
      UserJson user) {}

  private record TokenJson(UUID id, String token, @Nullable Long expiresIn) {}

  private record SessionReference(UUID id) {}

  private record UserJson(UUID id, String email, @Nullable String fullName) {}

  private record SessionJson(UUID id, String description, Instant createdAt, Instant updatedAt) {}
}
