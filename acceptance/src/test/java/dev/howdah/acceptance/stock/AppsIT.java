package dev.howdah.acceptance.stock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.acceptance.Ran;
import dev.howdah.acceptance.RunningServer;
import dev.howdah.acceptance.SharedServer;
import dev.howdah.acceptance.TestApp;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code apps*}, {@code config*}, {@code releases*}, {@code maintenance*}, {@code features*}. */
@ExtendWith(SharedServer.class)
class AppsIT {

  @Test
  void anAppIsCreatedListedShownRenamedAndDestroyed(RunningServer server) {
    Ran created = server.heroku("apps:create", "shop-staging").succeeded();
    assertThat(created.err()).isEqualTo("Creating shop-staging... done\n");
    assertThat(created.out())
        .isEqualTo(
            "http://shop-staging.localhost:%1$d/ | https://localhost:%1$d/shop-staging.git\n"
                .formatted(server.port()));
    var staging = new TestApp(server, "shop-staging");
    assertThat(staging.shown()).isPresent();

    assertThat(server.heroku("apps:create", "shop-staging").failed().flat())
        .contains("Error: Name shop-staging is already taken Error ID: invalid_params");

    Ran european = server.heroku("apps:create", "shop-europe", "--region", "eu").succeeded();
    assertThat(european.err()).isEqualTo("Creating shop-europe... done, region is eu\n");

    assertThat(server.heroku("apps").succeeded().out())
        .startsWith("=== " + server.email() + " Apps\n\n")
        .contains("\nshop-europe (eu)\n")
        .contains("\nshop-staging\n");

    assertThat(server.heroku("apps:info", "-a", "shop-staging").succeeded().out())
        .isEqualTo(
            """
            === shop-staging

            Auto Cert Mgmt: false
            Git URL:        http://localhost:%1$d/shop-staging.git
            Web URL:        http://shop-staging.localhost:%1$d/
            Repo Size:      0 B
            Slug Size:      0 B
            Owner:          %2$s
            Region:         us
            Dynos:         \s
            Stack:          howdah-1
            """
                .formatted(server.port(), server.email()));
    assertThat(server.heroku("apps:info", "-a", "shop-staging", "--shell").succeeded().out())
        .contains("region=us\n", "owner=" + server.email() + "\n");

    Ran renamed = server.heroku("apps:rename", "shop", "-a", "shop-staging").succeeded();
    assertThat(renamed.err()).contains("Renaming shop-staging to shop... done\n");
    assertThat(staging.shown()).isEmpty();
    var shop = new TestApp(server, "shop");
    assertThat(shop.shown()).isPresent();

    assertThat(server.heroku("apps:destroy", "-a", "shop", "--confirm", "shpo").failed().flat())
        .contains("Confirmation shpo did not match shop. Aborted.");
    assertThat(shop.shown()).isPresent();
    assertThat(server.heroku("apps:destroy", "-a", "shop", "--confirm", "shop").succeeded().err())
        .isEqualTo("Destroying shop (including all add-ons)... done\n");
    assertThat(shop.shown()).isEmpty();
    assertThat(server.heroku("apps:info", "-a", "shop").failed().flat())
        .contains("Couldn't find that app. Error ID: not_found");
  }

  @Test
  void anAppCreatedInARepositoryIsTheAppOfThatRepository(RunningServer server) {
    Path repository = server.workspace("repository");
    server.command("git", "init", "--quiet").in(repository).run().succeeded();
    Ran created = server.command("heroku", "create").in(repository).run().succeeded();
    assertThat(created.err()).matches("Creating app... done, [a-z]+-[a-z]+-\\d{4,5}\n");

    String name = created.err().replaceFirst(".*, ", "").strip();
    assertThat(server.command("git", "remote", "get-url", "heroku").in(repository).run().out())
        .isEqualTo("https://localhost:%d/%s.git\n".formatted(server.port(), name));
    assertThat(server.command("heroku", "config").in(repository).run().succeeded().out())
        .isEqualToIgnoringNewLines("=== " + name + " Config Vars");
    server.command("heroku", "config:set", "A=1").in(repository).run().succeeded();
    assertThat(new TestApp(server, name).configVar("A")).contains("1");
  }

  @Test
  void configVarsAreSetShownAndUnsetAndEachChangeIsARelease(RunningServer server) {
    TestApp app = TestApp.create(server, "stock-config");
    int before = app.release();

    Ran set = server.heroku("config:set", "GREETING=hello world", "N=1", "-a", app.name());
    assertThat(set.succeeded().err())
        .isEqualTo(
            "Setting GREETING, N and restarting stock-config... done, v%d\n".formatted(before + 1));
    assertThat(set.out()).isEqualTo("GREETING: hello world\nN:        1\n");
    assertThat(app.configVar("GREETING")).contains("hello world");

    assertThat(server.heroku("config", "-a", app.name()).succeeded().out())
        .isEqualTo(
            """
            === stock-config Config Vars

            GREETING: hello world
            N:        1
            """);
    assertThat(server.heroku("config", "--shell", "-a", app.name()).succeeded().out())
        .isEqualTo("GREETING='hello world'\nN=1\n");
    assertThat(server.heroku("config:get", "GREETING", "-a", app.name()).succeeded().out())
        .isEqualTo("hello world\n");

    Ran unset = server.heroku("config:unset", "N", "-a", app.name()).succeeded();
    assertThat(unset.err())
        .isEqualTo("Unsetting N and restarting stock-config... done, v%d\n".formatted(before + 2));
    assertThat(app.configVar("N")).isEmpty();
    assertThat(app.release()).isEqualTo(before + 2);
  }

  @Test
  void releasesAreListedShownAndRolledBack(RunningServer server) {
    TestApp app = TestApp.create(server, "stock-releases");
    server.send("PATCH", app.path("/config-vars"), java.util.Map.of("MODE", "old"));
    int old = app.release();
    server.send("PATCH", app.path("/config-vars"), java.util.Map.of("MODE", "new"));

    Ran list = server.heroku("releases", "-a", app.name()).succeeded();
    assertThat(list.out())
        .startsWith("=== stock-releases Releases - Current: v%d\n".formatted(old + 1))
        .containsPattern("v%d +Set MODE config vars +%s".formatted(old + 1, server.email()))
        .containsPattern("v1 +Initial release +" + server.email());

    Ran info = server.heroku("releases:info", "v" + old, "-a", app.name()).succeeded();
    assertThat(info.out())
        .startsWith("=== Release v" + old)
        .containsPattern("By: +" + server.email())
        .containsPattern("Change: +Set MODE config vars")
        .contains("=== v%d Config vars\n\nMODE: old\n".formatted(old));
    assertThat(server.heroku("releases:output", "-a", app.name()).succeeded().flat())
        .contains("Release v%d has no release output available.".formatted(old + 1));

    Ran back = server.heroku("releases:rollback", "-a", app.name()).succeeded();
    assertThat(back.err())
        .contains("Rolling back stock-releases to v%d... done, v%d".formatted(old, old + 2));
    assertThat(app.configVar("MODE")).contains("old");
    assertThat(app.release()).isEqualTo(old + 2);
  }

  @Test
  void maintenanceModeIsAFlagOfTheApp(RunningServer server) {
    TestApp app = TestApp.create(server, "stock-maintenance");
    assertThat(server.heroku("maintenance", "-a", app.name()).succeeded().out()).isEqualTo("off\n");
    assertThat(server.heroku("maintenance:on", "-a", app.name()).succeeded().err())
        .isEqualTo("Enabling maintenance mode for stock-maintenance... done\n");
    assertThat(server.heroku("maintenance", "-a", app.name()).succeeded().out()).isEqualTo("on\n");
    assertThat(app.shown().orElseThrow().path("maintenance").asBoolean()).isTrue();
    assertThat(server.heroku("maintenance:off", "-a", app.name()).succeeded().err())
        .isEqualTo("Disabling maintenance mode for stock-maintenance... done\n");
    assertThat(app.shown().orElseThrow().path("maintenance").asBoolean()).isFalse();
  }

  @Test
  void featuresAreListedEnabledAndDisabled(RunningServer server) {
    TestApp app = TestApp.create(server, "stock-features");
    assertThat(server.heroku("features", "-a", app.name()).succeeded().out())
        .startsWith("=== App Features stock-features\n")
        .contains("[ ] preboot");
    assertThat(server.heroku("features:enable", "preboot", "-a", app.name()).succeeded().err())
        .isEqualTo("Enabling preboot for stock-features... done\n");
    assertThat(server.heroku("features:info", "preboot", "-a", app.name()).succeeded().out())
        .startsWith("=== preboot\n")
        .containsPattern("Enabled: +true");
    assertThat(server.heroku("features:disable", "preboot", "-a", app.name()).succeeded().err())
        .isEqualTo("Disabling preboot for stock-features... done\n");
    assertThat(server.get(app.path("/features/preboot")).path("enabled").asBoolean()).isFalse();
  }

  @Test
  void regionsAreLabelsOfHosts(RunningServer server) {
    assertThat(server.heroku("regions").succeeded().out())
        .containsPattern("ID +Location +Runtime")
        .containsPattern("eu +\\S.* +Common Runtime")
        .containsPattern("us +\\S.* +Common Runtime");
  }
}
