package dev.howdah.acceptance.stock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.acceptance.Ran;
import dev.howdah.acceptance.RunningServer;
import dev.howdah.acceptance.SharedServer;
import dev.howdah.acceptance.TestApp;
import dev.howdah.acceptance.TestApp.PostgresUrl;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code pg:credentials*}. */
@ExtendWith(SharedServer.class)
class CredentialsIT {

  @Test
  void theDefaultCredentialIsShownAndRotated(RunningServer server) throws SQLException {
    TestApp app = TestApp.create(server, "stock-default");
    String addon = app.addDatabase("hobby-dev", "DATABASE");
    app.sql("CREATE TABLE kept AS SELECT 1 AS i");
    String url = app.configVar("DATABASE_URL").orElseThrow();
    PostgresUrl old = PostgresUrl.of(url);

    assertThat(server.heroku("pg:credentials:url", "-a", app.name()).succeeded().out())
        .isEqualTo(
            """
            Connection information for default credential.
            Connection info string:
              "dbname=%s host=%s port=%d user=%s password=%s sslmode=require"
            Connection URL:
              %s

            """
                .formatted(
                    old.database(), old.host(), old.port(), old.user(), old.password(), url));

    assertThat(
            server
                .heroku("pg:credentials:rotate", "-a", app.name(), "--confirm", app.name())
                .succeeded()
                .err())
        .isEqualTo("Rotating default on %s... done\n".formatted(addon));
    PostgresUrl fresh = PostgresUrl.of(app.configVar("DATABASE_URL").orElseThrow());
    assertThat(fresh.user()).isNotEqualTo(old.user());
    assertThat(fresh.password()).isNotEqualTo(old.password());
    assertThat(fresh.database()).isEqualTo(old.database());
    assertThat(fresh.port()).isEqualTo(old.port());
    assertThat(app.sql("UPDATE kept SET i = i + 1 RETURNING i")).containsExactly("2");
    assertThatThrownBy(() -> old.connect().close()).hasMessageContaining("FATAL");
  }

  @Test
  void aNamedCredentialLivesFromCreationToDestruction(RunningServer server) throws SQLException {
    TestApp app = TestApp.create(server, "stock-named");
    String addon = app.addDatabase("standard-0", "DATABASE");
    app.sql("CREATE TABLE secrets AS SELECT 'plans' AS of");

    Ran created =
        server.heroku("pg:credentials:create", "--name", "analyst", "-a", app.name()).succeeded();
    assertThat(created.err()).startsWith("Creating credential analyst... done\n");
    assertThat(created.out())
        .contains(
            "Please attach the credential to the apps you want to use it in by running"
                + " heroku addons:attach %s --credential analyst -a stock-named.".formatted(addon));
    server
        .heroku(
            "addons:attach", addon, "--credential", "analyst", "--as", "ANALYST", "-a", app.name())
        .succeeded();
    assertThat(server.heroku("pg:credentials", "-a", app.name()).succeeded().out())
        .containsPattern("Credential +State")
        .containsPattern("default +active\n +└─ as DATABASE")
        .containsPattern("analyst +active\n +└─ as ANALYST");

    String analyst = app.configVar("ANALYST_URL").orElseThrow();
    assertThat(
            server
                .heroku("pg:credentials:url", "-n", "analyst", "-a", app.name())
                .succeeded()
                .out())
        .startsWith("Connection information for analyst credential.\n")
        .contains(analyst);

    // Rights are given in SQL, as on Heroku.
    Ran refused =
        server.heroku(
            "pg:psql", "--credential", "analyst", "-a", app.name(), "-c", "TABLE public.secrets");
    assertThat(refused.failed().err()).contains("ERROR:  permission denied");
    app.sql("GRANT USAGE ON SCHEMA public TO analyst");
    app.sql("GRANT SELECT ON secrets TO analyst");
    assertThat(
            server
                .heroku(
                    "pg:psql",
                    "--credential",
                    "analyst",
                    "-a",
                    app.name(),
                    "-c",
                    "TABLE public.secrets")
                .succeeded()
                .out())
        .contains("plans");

    assertThat(
            server
                .heroku(
                    "pg:credentials:rotate",
                    "-n",
                    "analyst",
                    "-a",
                    app.name(),
                    "--confirm",
                    app.name())
                .succeeded()
                .err())
        .isEqualTo("Rotating analyst on %s... done\n".formatted(addon));
    assertThat(app.configVar("ANALYST_URL").orElseThrow()).isNotEqualTo(analyst);
    assertThat(app.sql("ANALYST_URL", "TABLE public.secrets")).containsExactly("plans");

    String owner = app.configVar("DATABASE_URL").orElseThrow();
    assertThat(
            server
                .heroku("pg:credentials:rotate", "--all", "-a", app.name(), "--confirm", app.name())
                .succeeded()
                .err())
        .isEqualTo("Rotating all credentials on %s... done\n".formatted(addon));
    assertThat(app.configVar("DATABASE_URL").orElseThrow()).isNotEqualTo(owner);
    assertThat(app.sql("TABLE public.secrets")).containsExactly("plans");
    assertThat(app.sql("ANALYST_URL", "TABLE public.secrets")).containsExactly("plans");

    Ran destroy =
        server.heroku(
            "pg:credentials:destroy", "-n", "analyst", "-a", app.name(), "--confirm", app.name());
    assertThat(destroy.failed().flat())
        .contains(
            "Credential analyst must be detached from the app stock-named before destroying.");
    server.heroku("addons:detach", "ANALYST", "-a", app.name()).succeeded();
    assertThat(
            server
                .heroku(
                    "pg:credentials:destroy",
                    "-n",
                    "analyst",
                    "-a",
                    app.name(),
                    "--confirm",
                    app.name())
                .succeeded()
                .all())
        .contains("Destroying credential analyst... done")
        .contains("Database objects owned by analyst will be assigned to the default credential.");
    assertThat(server.heroku("pg:credentials", "-a", app.name()).succeeded().out())
        .doesNotContain("analyst");

    assertThat(
            server
                .heroku("pg:credentials:repair-default", "-a", app.name(), "--confirm", app.name())
                .succeeded()
                .err())
        .isEqualTo(
            "Resetting permissions and object ownership for default role to factory settings..."
                + " done\n");
    assertThat(app.sql("TABLE public.secrets")).containsExactly("plans");
  }
}
