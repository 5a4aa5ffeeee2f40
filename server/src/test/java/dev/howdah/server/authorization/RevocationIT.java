package dev.howdah.server.authorization;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.server.account.Account;
import dev.howdah.server.account.Accounts;
import dev.howdah.server.control.TestControl;
import dev.howdah.server.platform.Caller;
import dev.howdah.server.secret.Tokens;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What was ended stays ended. */
class RevocationIT {
  @RegisterExtension static final TestControl CONTROL = new TestControl();

  private final Accounts accounts =
      new Accounts(CONTROL.jdbi(), Clock.systemUTC(), new SecureRandom());
  private final Authorizations authorizations =
      new Authorizations(CONTROL.jdbi(), Clock.systemUTC(), new Tokens(new SecureRandom()));

  @Test
  void theOperatorsTokenIsKnownAfterItWasRevokedOrReplaced() {
    Account admin = accounts.ensureOperator("root@example.com", Optional.of("first-token-0001"));
    authorizations.ensure(admin, "first-token-0001");
    Caller caller = authorizations.authenticate("first-token-0001").orElseThrow();
    authorizations.revoke(caller, "~");
    assertThat(authorizations.authenticate("first-token-0001")).isEmpty();
    authorizations.ensure(admin, "first-token-0001");
    assertThat(authorizations.authenticate("first-token-0001")).isEmpty();

    authorizations.ensure(admin, "second-token-002");
    authorizations.regenerate(authorizations.authenticate("second-token-002").orElseThrow(), "~");
    assertThat(authorizations.authenticate("second-token-002")).isEmpty();
    authorizations.ensure(admin, "second-token-002");
    assertThat(authorizations.authenticate("second-token-002")).isEmpty();
    accounts.ensureOperator("root@example.com", Optional.of("second-token-002"));
    assertThat(accounts.logIn("root@example.com", "second-token-002")).isEmpty();
    assertThat(accounts.logIn("root@example.com", "first-token-0001")).isPresent();
  }

  @Test
  void aChangedPasswordEndsTheOtherSessions() {
    Account account = accounts.ensureOperator("ann@example.com", Optional.of("old password"));
    String mine = session(account, true);
    String other = session(account, true);
    String byHand = session(account, false);
    accounts.change(
        authorizations.authenticate(mine).orElseThrow(),
        Optional.empty(),
        Optional.of("new password"),
        Optional.of("old password"));
    assertThat(authorizations.authenticate(mine)).isPresent();
    assertThat(authorizations.authenticate(other)).isEmpty();
    assertThat(authorizations.authenticate(byHand)).isPresent();
  }

  private String session(Account account, boolean session) {
    return authorizations
        .create(account.id(), account.email(), "test", List.of("global"), session, Optional.empty())
        .token();
  }
}
