package dev.howdah.server.account;

import static dev.howdah.server.platform.Shape.matching;
import static dev.howdah.server.platform.Shape.object;
import static dev.howdah.server.platform.Shape.optional;
import static dev.howdah.server.platform.Shape.required;
import static dev.howdah.server.platform.Shape.text;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.howdah.server.platform.Reply;
import dev.howdah.server.platform.Route;
import dev.howdah.server.platform.Shape;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The account itself, and the accounts an operator makes. */
public final class AccountRoutes {
  /** An e-mail address, good enough to be told from a typing error. */
  public static final Shape.Text EMAIL =
      matching(254, "[^\\s@]+@[^\\s@]+", "must be an e-mail address");

  private static final Shape.Text PASSWORD =
      matching(200, "(?s).{8,}", "must have at least 8 characters");

  private final Accounts accounts;

  /** Routes over {@code accounts}. */
  public AccountRoutes(Accounts accounts) {
    this.accounts = accounts;
  }

  /** The endpoints. */
  public List<Route> routes() {
    return List.of(
        Route.of("GET", "/account", call -> Reply.ok(wire(accounts.of(call.caller())))),
        Route.of(
            "PATCH",
            "/account",
            object(
                optional("name", text(100)),
                optional("password", text(200)),
                optional("new_password", PASSWORD)),
            call ->
                Reply.ok(
                    wire(
                        accounts.change(
                            call.caller(),
                            call.text("/name"),
                            call.text("/new_password"),
                            call.text("/password"))))),
        Route.of(
            "GET",
            "/accounts",
            call ->
                Reply.page(
                    accounts.list(call.caller()).stream().map(AccountRoutes::wire).toList(),
                    Reply.by("id", AccountJson::id))),
        Route.of(
            "POST",
            "/accounts",
            object(required("email", EMAIL), required("password", PASSWORD)),
            call ->
                Reply.created(
                    wire(
                        accounts.create(
                            call.caller(),
                            call.text("/email").orElseThrow(),
                            call.text("/password").orElseThrow())))));
  }

  private static AccountJson wire(Account account) {
    return new AccountJson(
        account.id(),
        account.email(),
        account.name().orElse(null),
        false,
        false,
        false,
        true,
        false,
        account.createdAt(),
        account.updatedAt(),
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null);
  }

  private record AccountJson(
      UUID id,
      String email,
      @Nullable String name,
      boolean allowTracking,
      boolean beta,
      boolean federated,
      boolean verified,
      @JsonProperty("two_factor_authentication") boolean twoFactor,
      Instant createdAt,
      Instant updatedAt,
      @Nullable Instant lastLogin,
      @Nullable String smsNumber,
      @Nullable Instant suspendedAt,
      @Nullable Instant delinquentAt,
      @Nullable String countryOfResidence,
      @Nullable Object identityProvider,
      @Nullable Object defaultOrganization,
      @Nullable Object defaultTeam) {}
}
