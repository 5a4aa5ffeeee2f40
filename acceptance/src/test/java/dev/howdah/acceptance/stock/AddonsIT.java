package dev.howdah.acceptance.stock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.acceptance.Ran;
import dev.howdah.acceptance.RunningServer;
import dev.howdah.acceptance.SharedServer;
import dev.howdah.acceptance.TestApp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code addons*}. */
@ExtendWith(SharedServer.class)
class AddonsIT {

  @ParameterizedTest
  @CsvSource({
    "hobby-dev, free",
    "standard-0, ~$0.069/hour (max $50/month)",
    "essential-0, ~$0.007/hour (max $5/month)"
  })
  void aDatabaseOfEachTierIsCreatedAndAnswersSql(String plan, String price, RunningServer server) {
    TestApp app = TestApp.create(server, "stock-" + plan);
    Ran created =
        server.heroku("addons:create", "heroku-postgresql:" + plan, "-a", app.name()).succeeded();
    assertThat(created.err())
        .isEqualTo(
            "Creating heroku-postgresql:%s on %s... %s\n".formatted(plan, app.name(), price));
    assertThat(created.out())
        .matches(
            """
            Database has been created and is available
             ! This database is empty. If upgrading, you can transfer
             ! data from another database with pg:copy
            Created postgresql-[a-z]+-\\d{5} as DATABASE_URL, HEROKU_POSTGRESQL_[A-Z]+_URL
            Run heroku addons:docs heroku-postgresql to view documentation.
            """);
    assertThat(server.heroku("addons:wait", "-a", app.name()).succeeded().out()).isEmpty();
    assertThat(app.sql("SELECT 'over TLS' FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl"))
        .containsExactly("over TLS");
  }

  @Test
  void anUnknownPlanIsRefusedAndNothingIsMade(RunningServer server) {
    TestApp app = TestApp.create(server, "stock-plans");
    Ran refused =
        server.heroku("addons:create", "heroku-postgresql:gigantic-9", "-a", app.name()).failed();
    assertThat(refused.flat()).contains("Couldn't find", "heroku-postgresql:gigantic-9");
    assertThat(app.addons()).isEmpty();
  }

  @Test
  void theMarketplaceIsShown(RunningServer server) {
    assertThat(server.heroku("addons:services").succeeded().out())
        .containsPattern("heroku-postgresql +Heroku Postgres +ga");
    assertThat(server.heroku("addons:plans", "heroku-postgresql").succeeded().out())
        .containsPattern("default +heroku-postgresql:hobby-dev +Hobby Dev +free +free")
        .containsPattern("heroku-postgresql:essential-0 +Essential 0 +~\\$0.007/hour +\\$5/month")
        .containsPattern("heroku-postgresql:standard-0 +Standard 0 +~\\$0.069/hour +\\$50/month")
        .containsPattern("heroku-postgresql:premium-7 +Premium 7 +~\\$8.333/hour +\\$6000/month");
  }

  @Test
  void anAddonIsListedSharedRenamedUpgradedAndDestroyed(RunningServer server) {
    TestApp owner = TestApp.create(server, "stock-owner");
    TestApp guest = TestApp.create(server, "stock-guest");
    server
        .heroku(
            "addons:create",
            "heroku-postgresql:standard-0",
            "-a",
            owner.name(),
            "--name",
            "stock-ledger",
            "--as",
            "LEDGER",
            "--wait")
        .succeeded();
    assertThat(owner.attachments())
        .containsExactly("DATABASE of stock-ledger", "LEDGER of stock-ledger");

    assertThat(server.heroku("addons", "-a", owner.name()).succeeded().out())
        .containsPattern(
            "heroku-postgresql \\(stock-ledger\\) +standard-0 +~\\$0.069/hour +\\$50/month +created")
        .contains("├─ as DATABASE\n", "└─ as LEDGER\n");
    assertThat(server.heroku("addons", "--all").succeeded().out())
        .containsPattern("stock-owner +stock-ledger +heroku-postgresql:standard-0");
    assertThat(server.heroku("addons:info", "stock-ledger").succeeded().out())
        .startsWith("=== stock-ledger\n")
        .containsPattern("Plan: +heroku-postgresql:standard-0")
        .containsPattern("Owning app: +stock-owner")
        .containsPattern("Attachments: +stock-owner::DATABASE\n +stock-owner::LEDGER")
        .containsPattern("State: +created");

    Ran attached =
        server
            .heroku("addons:attach", "stock-ledger", "-a", guest.name(), "--as", "SHARED")
            .succeeded();
    assertThat(attached.err())
        .isEqualTo(
            """
            Attaching stock-ledger as SHARED to stock-guest... done
            Setting SHARED config vars and restarting stock-guest... done, v3
            """);
    assertThat(guest.configVar("SHARED_URL")).isEqualTo(owner.configVar("LEDGER_URL"));
    assertThat(server.heroku("addons", "-a", guest.name()).succeeded().out())
        .contains("├─ as SHARED\n", "└─ as LEDGER on stock-owner app\n");

    assertThat(
            server
                .heroku(
                    "addons:destroy", "stock-ledger", "-a", owner.name(), "--confirm", owner.name())
                .failed()
                .flat())
        .as("while another app has it attached")
        .contains("stock-guest");
    Ran detached = server.heroku("addons:detach", "SHARED", "-a", guest.name()).succeeded();
    assertThat(detached.err())
        .isEqualTo(
            """
            Detaching SHARED to stock-ledger from stock-guest... done
            Unsetting SHARED config vars and restarting stock-guest... done, v4
            """);
    assertThat(guest.configVars()).isEmpty();

    assertThat(server.heroku("addons:rename", "stock-ledger", "stock-journal").succeeded().flat())
        .contains("stock-ledger successfully renamed to stock-journal.");
    assertThat(owner.addons()).containsExactly("stock-journal heroku-postgresql:standard-0");

    String before = owner.configVar("DATABASE_URL").orElseThrow();
    owner.sql("CREATE TABLE kept AS SELECT 42 AS answer");
    Ran upgraded =
        server
            .heroku(
                "addons:upgrade",
                "stock-journal",
                "heroku-postgresql:standard-2",
                "-a",
                owner.name())
            .succeeded();
    assertThat(upgraded.flat())
        .startsWith(
            "Changing stock-journal on stock-owner from heroku-postgresql:standard-0 to"
                + " heroku-postgresql:standard-2... done, ~$0.278/hour (max $200/month)");
    server.heroku("pg:wait", "-a", owner.name()).succeeded();
    assertThat(owner.addons()).containsExactly("stock-journal heroku-postgresql:standard-2");
    assertThat(owner.configVar("DATABASE_URL")).as("the endpoint is kept").contains(before);
    assertThat(owner.sql("TABLE kept")).containsExactly("42");
    assertThat(owner.sql("SELECT rolconnlimit FROM pg_roles WHERE rolname = session_user"))
        .as("the limit of the new plan")
        .containsExactly("400");

    assertThat(
            server
                .heroku(
                    "addons:destroy",
                    "stock-journal",
                    "-a",
                    owner.name(),
                    "--confirm",
                    owner.name())
                .succeeded()
                .err())
        .isEqualTo("Destroying stock-journal on stock-owner... done\n");
    assertThat(owner.addons()).isEmpty();
    assertThat(owner.configVars()).isEmpty();
    assertThat(server.heroku("addons", "-a", owner.name()).succeeded().out())
        .isEqualTo("No add-ons for app stock-owner.\n");
  }
}
