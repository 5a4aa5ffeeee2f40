package dev.howdah.server.account;

import dev.howdah.server.platform.ApiError;
import dev.howdah.server.platform.Caller;
import dev.howdah.server.platform.RateLimit;
import dev.howdah.server.secret.PasswordHash;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** What can be done with accounts. Operators make them; there is no sign-up by strangers. */
public final class Accounts {
  /** Passwords that an account may be tried with at once, and again in every hour. */
  private static final int GUESSES = 60;

  private final Jdbi jdbi;
  private final InstantSource clock;
  private final SecureRandom random;
  private final AccountStore store = new AccountStore();
  private final RateLimit guesses;

  /** Accounts kept in the control database. */
  public Accounts(Jdbi jdbi, InstantSource clock, SecureRandom random) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.random = random;
    this.guesses = new RateLimit(GUESSES, clock);
  }

  /**
   * Makes sure that the first account exists. A new one may log in with {@code password}; one that
   * has a password keeps it.
   */
  public Account ensureOperator(String email, Optional<String> password) {
    Account account =
        jdbi.inTransaction(handle ->
            store
                .findByEmail(handle, email)
                .orElseGet(() -> insert(handle, email, true, Optional.empty())));
    if (password.isPresent()
        && jdbi.withHandle(handle -> store.passwordHash(handle, account.id())).isEmpty()) {
      setPassword(account.id(), password.get());
    }
    return account;
  }

  /** Makes an account. Only operators may. */
  public Account create(Caller caller, String email, String password) {
    requireOperator(caller);
    String hash = PasswordHash.of(password, random);
    return jdbi.inTransaction(handle -> insert(handle, email, false, Optional.of(hash)));
  }

  /** Every account. Only operators may look. */
  public List<Account> list(Caller caller) {
    requireOperator(caller);
    return jdbi.withHandle(store::list);
  }

  /** The caller's own account. */
  public Account of(Caller caller) {
    return jdbi.withHandle(handle -> store.find(handle, caller.accountId())).orElseThrow();
  }

  /** The account {@code id}, in the caller's transaction. */
  public Optional<Account> find(Handle handle, UUID id) {
    return store.find(handle, id);
  }

  /** The account with this address, in any spelling of upper and lower case. */
  public Optional<Account> findByEmail(Handle handle, String email) {
    return store.findByEmail(handle, email);
  }

  /** The account that e-mail address and password belong to. */
  public Optional<Account> logIn(String email, String password) {
    Optional<Account> account = jdbi.withHandle(handle -> store.findByEmail(handle, email));
    if (account.isEmpty()) {
      // The same work for strangers, so that time does not tell who has an account.
      PasswordHash.of(password, random);
      return Optional.empty();
    }
    if (guesses.take(account.get().id()) < 0) {
      throw new ApiError(
          429,
          "rate_limit",
          "Too many log-ins with " + email + ". Wait a minute, or use a token that you have.");
    }
    return account.filter(found -> passwordMatches(found, password));
  }

  /** Changes the caller's name or password. */
  public Account change(
      Caller caller, Optional<String> name, Optional<String> password, Optional<String> current) {
    if (password.isPresent()) {
      if (current.isEmpty() || !passwordMatches(of(caller), current.get())) {
        throw ApiError.forbidden("The current password is missing or wrong. Nothing was changed.");
      }
      setPassword(caller.accountId(), password.get());
      jdbi.useHandle(
          handle -> store.endOtherSessions(handle, caller.accountId(), caller.authorizationId()));
    }
    if (name.isPresent()) {
      jdbi.useHandle(handle -> store.setName(handle, caller.accountId(), name, clock.instant()));
    }
    return of(caller);
  }

  private Account insert(
      Handle handle, String email, boolean operator, Optional<String> passwordHash) {
    Instant now = clock.instant();
    Account account = new Account(UUID.randomUUID(), email, Optional.empty(), operator, now, now);
    if (!store.insert(handle, account, passwordHash)) {
      throw ApiError.invalid("There is an account for " + email + " already.");
    }
    return account;
  }

  private void setPassword(UUID id, String password) {
    String hash = PasswordHash.of(password, random);
    jdbi.useHandle(handle -> store.setPassword(handle, id, hash, clock.instant()));
  }

  private boolean passwordMatches(Account account, String password) {
    return jdbi.withHandle(handle -> store.passwordHash(handle, account.id()))
        .filter(hash -> PasswordHash.matches(password, hash))
        .isPresent();
  }

  private static void requireOperator(Caller caller) {
    if (!caller.operator()) {
      throw ApiError.forbidden("Only an operator of this installation may manage accounts.");
    }
  }
}
