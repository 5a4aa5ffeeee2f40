package dev.howdah.server.authorization;

import dev.howdah.server.account.Account;
import dev.howdah.server.platform.ApiError;
import dev.howdah.server.platform.Authenticator;
import dev.howdah.server.platform.Caller;
import dev.howdah.server.secret.Tokens;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;

/** What can be done with authorizations. A token is shown once, when it is made. */
public final class Authorizations implements Authenticator {
  private final Jdbi jdbi;
  private final InstantSource clock;
  private final Tokens tokens;
  private final AuthorizationStore store = new AuthorizationStore();

  /** Authorizations kept in the control database. */
  public Authorizations(Jdbi jdbi, InstantSource clock, Tokens tokens) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.tokens = tokens;
  }

  @Override
  public Optional<Caller> authenticate(String token) {
    return jdbi.withHandle(handle -> store.caller(handle, Tokens.hash(token), clock.instant()));
  }

  /**
   * Makes {@code token} stand for {@code account}, as the operator asked at start; unless it did
   * before and was ended.
   */
  public void ensure(Account account, String token) {
    Authorization made =
        fresh(account.id(), account.email(), "First account", List.of("global"), false, null);
    jdbi.useTransaction(handle -> {
      if (!store.known(handle, Tokens.hash(token))) {
        store.insert(handle, made, Tokens.hash(token), Tokens.hint(token));
      }
    });
  }

  /** Makes an authorization, its token readable this once. */
  public Authorization create(
      UUID accountId,
      String email,
      String description,
      List<String> scope,
      boolean session,
      Optional<Duration> life) {
    String token = tokens.apiToken();
    Authorization made = fresh(accountId, email, description, scope, session, life.orElse(null));
    jdbi.useHandle(handle -> store.insert(handle, made, Tokens.hash(token), Tokens.hint(token)));
    return made.withToken(token);
  }

  /** The caller's authorizations. */
  public List<Authorization> list(Caller caller) {
    return jdbi.withHandle(handle -> store.list(handle, caller.accountId(), clock.instant()));
  }

  /** One of the caller's, by id, token id or the token itself; {@code ~} is the one in use. */
  public Authorization find(Caller caller, String reference) {
    return jdbi.withHandle(handle ->
            reference.equals("~")
                ? store.find(handle, caller.accountId(), caller.authorizationId())
                : uuid(reference)
                    .flatMap(id -> store.find(handle, caller.accountId(), id))
                    .or(() ->
                        store.findByToken(handle, caller.accountId(), Tokens.hash(reference))))
        .orElseThrow(() -> ApiError.notFound("authorization", "Couldn't find that authorization."));
  }

  /** Changes the description. */
  public Authorization describe(Caller caller, String reference, Optional<String> description) {
    Authorization found = find(caller, reference);
    description.ifPresent(
        text -> jdbi.useHandle(h -> store.describe(h, found.id(), text, clock.instant())));
    return find(caller, found.id().toString());
  }

  /** Replaces the token; the old one ends at once. */
  public Authorization regenerate(Caller caller, String reference) {
    Authorization found = find(caller, reference);
    String token = tokens.apiToken();
    jdbi.useTransaction(handle -> {
      store.remember(handle, found.id(), clock.instant());
      store.replaceToken(
          handle,
          found.id(),
          UUID.randomUUID(),
          Tokens.hash(token),
          Tokens.hint(token),
          clock.instant());
    });
    return find(caller, found.id().toString()).withToken(token);
  }

  /** Ends an authorization at once. */
  public Authorization revoke(Caller caller, String reference) {
    Authorization found = find(caller, reference);
    jdbi.useTransaction(handle -> {
      store.remember(handle, found.id(), clock.instant());
      store.delete(handle, found.id());
    });
    return found;
  }

  /** Ends the session the caller is in, or one of the caller's others. */
  public Authorization endSession(Caller caller, String reference) {
    Authorization found;
    try {
      found = find(caller, reference);
    } catch (ApiError none) {
      throw ApiError.notFound("session", "Couldn't find that session.");
    }
    if (!found.session()) {
      throw ApiError.notFound("session", "Couldn't find that session.");
    }
    return revoke(caller, found.id().toString());
  }

  private Authorization fresh(
      UUID accountId,
      String email,
      String description,
      List<String> scope,
      boolean session,
      @org.jspecify.annotations.Nullable Duration life) {
    Instant now = clock.instant();
    return new Authorization(
        UUID.randomUUID(),
        accountId,
        email,
        UUID.randomUUID(),
        "",
        description,
        scope,
        session,
        now,
        now,
        Optional.ofNullable(life).map(now::plus));
  }

  private static Optional<UUID> uuid(String text) {
    try {
      return text.length() == 36 ? Optional.of(UUID.fromString(text)) : Optional.empty();
    } catch (IllegalArgumentException other) {
      return Optional.empty();
    }
  }
}
