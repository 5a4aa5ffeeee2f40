package dev.howdah.server.login;

import dev.howdah.server.account.Account;
import dev.howdah.server.account.Accounts;
import dev.howdah.server.authorization.Authorizations;
import dev.howdah.server.platform.ApiError;
import dev.howdah.server.secret.Tokens;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Log-ins under way in browsers. They are kept in memory: whoever restarts the server in these
 * minutes is asked to begin again. Safe for use by any number of threads.
 */
public final class BrowserLogins {
  private static final Duration LIFE = Duration.ofMinutes(10);
  private static final Duration SESSION = Duration.ofDays(30);
  private static final int MOST = 1000;
  private static final int MOST_ATTEMPTS = 5;

  private final InstantSource clock;
  private final Accounts accounts;
  private final Authorizations authorizations;
  private final Tokens tokens;
  private final ConcurrentHashMap<String, BrowserLogin> underWay = new ConcurrentHashMap<>();

  /** Log-ins to {@code accounts} that end in {@code authorizations}. */
  public BrowserLogins(
      InstantSource clock, Accounts accounts, Authorizations authorizations, Tokens tokens) {
    this.clock = clock;
    this.accounts = accounts;
    this.authorizations = authorizations;
    this.tokens = tokens;
  }

  /** What a client that begins a log-in gets to know. */
  record Begun(String page, String clientToken) {}

  /** How an attempt to finish a log-in ended. */
  enum Attempt {
    LOGGED_IN,
    WRONG,
    TOO_MANY,
    GONE
  }

  /** Begins a log-in. Anybody may: it is worth nothing until somebody finishes it. */
  Begun begin(String description) {
    Instant now = clock.instant();
    underWay.values().removeIf(login -> !now.isBefore(login.expiresAt()));
    if (underWay.size() >= MOST) {
      throw ApiError.unavailable(
          "Too many log-ins are under way. Use `heroku login --interactive`, or try again later.");
    }
    Begun begun = new Begun(tokens.secret(), tokens.secret());
    underWay.put(
        begun.page(),
        new BrowserLogin(
            begun.page(),
            begun.clientToken(),
            description,
            now.plus(LIFE),
            new AtomicInteger(),
            new ReentrantLock(),
            new CompletableFuture<>()));
    return begun;
  }

  /** The unfinished log-in of this page. */
  Optional<BrowserLogin> open(String page) {
    return find(page).filter(login -> !login.accessToken().isDone());
  }

  /** The log-in of this page, for the client that began it, until it expires. */
  Optional<BrowserLogin> ofClient(String page, String clientToken) {
    return find(page)
        .filter(login ->
            MessageDigest.isEqual(Tokens.hash(login.clientToken()), Tokens.hash(clientToken)));
  }

  /** Finishes the log-in of this page, if e-mail address and password are right. */
  Attempt finish(String page, String email, String password) {
    Optional<BrowserLogin> login = open(page);
    if (login.isEmpty()) {
      return Attempt.GONE;
    }
    login.get().turn().lock();
    try {
      return open(page).map(open -> finish(open, email, password)).orElse(Attempt.GONE);
    } finally {
      login.get().turn().unlock();
    }
  }

  private Attempt finish(BrowserLogin login, String email, String password) {
    Optional<Account> account = accounts.logIn(email, password);
    if (account.isEmpty()) {
      if (login.attempts().incrementAndGet() < MOST_ATTEMPTS) {
        return Attempt.WRONG;
      }
      login.accessToken().cancel(false);
      return Attempt.TOO_MANY;
    }
    login
        .accessToken()
        .complete(
            authorizations
                .create(
                    account.get().id(),
                    account.get().email(),
                    login.description(),
                    List.of("global"),
                    true,
                    Optional.of(SESSION))
                .token());
    return Attempt.LOGGED_IN;
  }

  /** What a client that waits for a log-in is told. */
  sealed interface Answer {
    /** Somebody logged in. */
    record Token(String accessToken) implements Answer {}

    /** Nobody did, and nobody will. */
    record Refusal(String reason) implements Answer {}

    /** Nobody did yet. */
    record NotYet() implements Answer {}
  }

  /** Waits for the end of {@code login}, but no longer than {@code patience}. */
  Answer await(BrowserLogin login, Duration patience) {
    try {
      return new Answer.Token(login.accessToken().get(patience.toMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException late) {
      return clock.instant().isBefore(login.expiresAt())
          ? new Answer.NotYet()
          : new Answer.Refusal("Nobody logged in within ten minutes. Please log in again.");
    } catch (CancellationException refused) {
      return new Answer.Refusal("The password was wrong too often. Please log in again.");
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      return new Answer.Refusal("The server is going down. Please log in again.");
    } catch (ExecutionException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private Optional<BrowserLogin> find(String page) {
    return Optional.ofNullable(underWay.get(page))
        .filter(login -> clock.instant().isBefore(login.expiresAt()));
  }
}
