package dev.howdah.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.cli.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The transcripts of the book, line for line. */
class TranscriptTest {
  private static final String APP = "/apps/your-app-name";
  private static final String GOLD_URL = "postgres://user:password@host:5432/gold";
  private static final String MAROON_URL = "postgres://user:password@host:5432/maroon";

  @TempDir Path directory;
  private FakeServer server;
  private Howdah howdah;

  @BeforeEach
  void begin() throws IOException {
    server = new FakeServer();
    howdah = new Howdah(directory, server.url()).with("HEROKU_APP", "your-app-name");
  }

  @AfterEach
  void end() {
    server.close();
  }

  private static String attachment(String name, String addon, String plan) {
    return """
    {"id": "at-%1$s", "name": "%1$s", "namespace": null, "app": {"name": "your-app-name"},
     "addon": {"id": "id-%2$s", "name": "postgresql-%2$s", "app": {"name": "your-app-name"},
               "plan": {"name": "heroku-postgresql:%3$s"}},
     "config_vars": ["%1$s_URL"]}
    """
        .formatted(name, addon, plan);
  }

  /** An app with a primary, GOLD, and a second database, MAROON. */
  private void twoDatabases(String plan) {
    server
        .on(
            "GET " + APP + "/addon-attachments",
            "["
                + String.join(
                    ",",
                    attachment("DATABASE", "gold", plan),
                    attachment("HEROKU_POSTGRESQL_GOLD", "gold", plan),
                    attachment("HEROKU_POSTGRESQL_MAROON", "maroon", plan))
                + "]")
        .on(
            "GET " + APP + "/config-vars",
            """
            {"HEROKU_POSTGRESQL_MAROON_URL": "%2$s", "HEROKU_POSTGRESQL_GOLD_URL": "%1$s",
             "DATABASE_URL": "%1$s", "JDBC_DATABASE_URL": "jdbc:x"}
            """
                .formatted(GOLD_URL, MAROON_URL))
        .on("GET " + APP + "/releases", "[{\"version\": 4}]");
  }

  @Test
  void logsIn() throws IOException {
    server
        .on("POST /oauth/authorizations", 201, "{\"access_token\": {\"token\": \"new-token\"}}")
        .on("GET /account", "{\"email\": \"your-username@your-company.com\"}");
    var result =
        howdah.without("HOWDAH_API_KEY").typing("you@your-company.com\nsecret\n").run("login");
    assertThat(result.out())
        .isEqualTo(
            """
            Enter your Heroku credentials.
            Email: Password (typing will be hidden): Authentication successful.
            """);
    assertThat(server.requests("POST /oauth/authorizations").get(0).headers())
        .containsEntry("Authorization", "Basic eW91QHlvdXItY29tcGFueS5jb206c2VjcmV0");
    assertThat(Files.readString(directory.resolve(".netrc"))).contains("password new-token");
  }

  @Test
  void createsAnAppAndItsRemote() throws Exception {
    new ProcessBuilder("git", "init", "-q", directory.toString()).start().waitFor();
    server.on(
        "POST /apps",
        201,
        """
        {"name": "mighty-atoll-7219", "stack": {"name": "cedar-14"}, "region": {"name": "us"},
         "web_url": "https://mighty-atoll-7219.herokuapp.com/",
         "git_url": "https://git.heroku.com/mighty-atoll-7219.git"}
        """);
    assertThat(howdah.run("create").out())
        .isEqualTo(
            """
            Creating mighty-atoll-7219... done, stack is cedar-14
            https://mighty-atoll-7219.herokuapp.com/ | https://git.heroku.com/mighty-atoll-7219.git
            Git remote heroku added
            """);
    assertThat(Files.readString(directory.resolve(".git/config")))
        .contains("url = https://git.heroku.com/mighty-atoll-7219.git");
  }

  @Test
  void addsADatabase() {
    twoDatabases("hobby-dev");
    server.on(
        "POST " + APP + "/addons",
        201,
        """
        {"id": "id-gold", "name": "postgresql-gold", "state": "provisioned",
         "app": {"name": "your-app-name"},
         "plan": {"name": "heroku-postgresql:hobby-dev", "price": {"cents": 0, "unit": "month"}}}
        """);
    var result = howdah.run("addons:add", "heroku-postgresql:hobby-dev", "--app", "your-app-name");
    assertThat(result.out())
        .isEqualTo(
            """
            Adding heroku-postgresql:hobby-dev on your-app-name... done, v4 (free)
            Attached as HEROKU_POSTGRESQL_GOLD_URL
            Database has been created and is available
             ! This database is empty. If upgrading, you can transfer
             ! data from another database with pgbackups:restore.
            Use `heroku addons:docs heroku-postgresql` to view documentation.
            """);
    assertThat(result.status()).isZero();
  }

  @Test
  void addsAFollowerOfADatabaseNamedInShort() {
    twoDatabases("standard-0");
    server.on(
        "POST " + APP + "/addons",
        201,
        """
        {"id": "id-maroon", "name": "postgresql-maroon", "state": "provisioning",
         "app": {"name": "your-app-name"},
         "plan": {"name": "heroku-postgresql:standard-2", "price": {"cents": 20000}}}
        """);
    assertThat(howdah.run("addons:add", "heroku-postgresql:standard-2", "--follow", "gold").out())
        .isEqualTo(
            """
            Adding heroku-postgresql:standard-2 on your-app-name... done, v4 ($200/mo)
            Attached as HEROKU_POSTGRESQL_MAROON_URL
            Follower will become available for read-only queries when up-to-date
            Use `heroku pg:wait` to track status.
            Use `heroku addons:docs heroku-postgresql` to view documentation.
            """);
    assertThat(server.requests("POST " + APP + "/addons").get(0).body().at("config").text("follow"))
        .isEqualTo("HEROKU_POSTGRESQL_GOLD_URL");
  }

  @Test
  void refusesToForkAHobbyDatabase() {
    twoDatabases("hobby-dev");
    var result = howdah.run("addons:add", "heroku-postgresql:standard-0", "--fork", "GOLD");
    assertThat(result.err()).isEqualTo(" !    Fork is only available on production databases.\n");
    assertThat(result.status()).isEqualTo(1);
    assertThat(server.requests("POST " + APP + "/addons")).isEmpty();
  }

  @Test
  void showsConfigVarsButNotTheDerivedOnes() {
    twoDatabases("hobby-dev");
    assertThat(howdah.run("config").out())
        .isEqualTo(
            """
            === your-app-name Config Vars
            DATABASE_URL:                  postgres://user:password@host:5432/gold
            HEROKU_POSTGRESQL_GOLD_URL:    postgres://user:password@host:5432/gold
            HEROKU_POSTGRESQL_MAROON_URL:  postgres://user:password@host:5432/maroon
            """);
    assertThat(howdah.run("config", "--all").out()).contains("JDBC_DATABASE_URL:");
    assertThat(howdah.run("config", "--json").out()).contains("JDBC_DATABASE_URL");
    assertThat(howdah.run("config:get", "JDBC_DATABASE_URL").out()).isEqualTo("jdbc:x\n");
  }

  @Test
  void setsAConfigVar() {
    server
        .on("PATCH " + APP + "/config-vars", "{}")
        .on("GET " + APP + "/releases", "[{\"version\": 11}]");
    assertThat(howdah.run("config:set", "DATABASE_URL=postgres://x").out())
        .isEqualTo(
            """
            Setting config vars and restarting your-app-name... done, v11
            DATABASE_URL: postgres://x
            """);
  }

  @Test
  void showsTheDatabases() {
    twoDatabases("hobby-dev");
    server
        .on(
            "GET /client/v11/databases/id-gold",
            """
            {"info": [
              {"name": "Plan", "values": ["Hobby-dev"]}, {"name": "Status", "values": ["Available"]},
              {"name": "Data Size", "values": ["6.4 MB"]}, {"name": "Tables", "values": ["0"]},
              {"name": "Rows", "values": ["0/10000 (In compliance)"]},
              {"name": "PG Version", "values": ["9.3.3"]}, {"name": "Connections", "values": ["0"]},
              {"name": "Fork/Follow", "values": ["Unsupported"]},
              {"name": "Rollback", "values": ["Unsupported"]}, {"name": "Following", "values": []},
              {"name": "Created", "values": ["2014-05-25 14:03 UTC"]},
              {"name": "Region", "values": ["us"]}]}
            """)
        .on(
            "GET /client/v11/databases/id-maroon",
            """
            {"info": [
              {"name": "Plan", "values": ["Standard 0"]},
              {"name": "Rollback", "values": ["earliest from 2014-10-15 13:15 UTC"]},
              {"name": "Forked From", "values": ["postgres://other:login@host:5432/gold"],
               "resolve_db_name": true},
              {"name": "Maintenance", "values": ["not required"]}]}
            """);
    assertThat(howdah.run("pg:info").out())
        .isEqualTo(
            """
            === HEROKU_POSTGRESQL_GOLD_URL (DATABASE_URL)
            Plan:        Hobby-dev
            Status:      Available
            Connections: 0
            PG Version:  9.3.3
            Created:     2014-05-25 14:03 UTC
            Data Size:   6.4 MB
            Tables:      0
            Rows:        0/10000 (In compliance)
            Fork/Follow: Unsupported
            Rollback:    Unsupported

            === HEROKU_POSTGRESQL_MAROON_URL
            Plan:        Standard 0
            Rollback:    earliest from 2014-10-15 13:15 UTC
            Forked From: HEROKU_POSTGRESQL_GOLD
            Maintenance: not required

            """);
    assertThat(howdah.run("pg:info", "-x", "gold").out())
        .contains("Region:      us\n")
        .endsWith("Add-on:      postgresql-gold\n\n");
  }

  @Test
  void saysWhatIsWrongAndWhatToDo() {
    server.on(
        "GET /doctor",
        """
        {"healthy": false, "findings": [
          {"about": "PostgreSQL", "good": true, "text": "15.18", "advice": ""},
          {"about": "Protection", "good": false, "text": "gold: behind", "advice": "Make room."}]}
        """);
    var result = howdah.run("doctor");
    assertThat(result.out())
        .isEqualTo(
            """
            ok  PostgreSQL  15.18
            !   Protection  gold: behind
                            Make room.
            """);
    assertThat(result.err()).isEqualTo(" !    One thing is wrong.\n");
    assertThat(result.status()).isEqualTo(1);
    assertThat(howdah.run("doctor", "--json").status()).isEqualTo(1);
  }

  @Test
  void saysThatThereIsNoDatabase() {
    server.on("GET " + APP + "/addon-attachments", "[]").on("GET " + APP + "/config-vars", "{}");
    assertThat(howdah.run("pg:info").out())
        .isEqualTo("your-app-name has no heroku-postgresql databases.\n");
    assertThat(howdah.run("pg:credentials", "GOLD").err())
        .isEqualTo(" !    Your app has no databases.\n");
    assertThat(howdah.run("config").out()).isEqualTo("your-app-name has no config vars.\n");
  }

  @Test
  void listsTheDatabasesItKnowsWhenItDoesNotKnowOne() {
    twoDatabases("hobby-dev");
    var result = howdah.run("pg:credentials", "RED");
    assertThat(result.err())
        .isEqualTo(
            " !    Unknown database: RED. Valid options are: DATABASE_URL,"
                + " HEROKU_POSTGRESQL_GOLD_URL, HEROKU_POSTGRESQL_MAROON_URL\n");
    assertThat(result.status()).isEqualTo(1);
  }

  @Test
  void promotes() {
    twoDatabases("hobby-dev");
    server
        .on(
            "GET /client/v11/databases/id-maroon/wait_status",
            "{\"waiting?\": false, \"message\": \"available\"}")
        .on("POST /addon-attachments", 201, "{\"name\": \"DATABASE\"}");
    assertThat(howdah.run("pg:promote", "HEROKU_POSTGRESQL_MAROON_URL").out())
        .isEqualTo("Promoting HEROKU_POSTGRESQL_MAROON_URL to DATABASE_URL... done\n");
    assertThat(server.requests("POST /addon-attachments").get(0).body().write())
        .isEqualTo(
            "{\"addon\":{\"name\":\"postgresql-maroon\"},\"app\":{\"name\":\"your-app-name\"},"
                + "\"confirm\":\"your-app-name\",\"name\":\"DATABASE\",\"namespace\":null}");
  }

  @Test
  void waitsForWhatIsToBePromoted() {
    twoDatabases("standard-0");
    server
        .on(
            "GET /client/v11/databases/id-maroon/wait_status",
            "{\"waiting?\": true, \"message\": \"unfollowing\"}")
        .on(
            "GET /client/v11/databases/id-maroon/wait_status",
            "{\"waiting?\": false, \"message\": \"available\"}")
        .on("GET /client/v11/databases/id-maroon", "{\"following\": null}")
        .on("POST /addon-attachments", 201, "{\"name\": \"DATABASE\"}");
    assertThat(howdah.run("pg:promote", "MAROON").out())
        .isEqualTo(
            """
            Waiting for database HEROKU_POSTGRESQL_MAROON_URL... available
            Promoting HEROKU_POSTGRESQL_MAROON_URL to DATABASE_URL... done
            """);
  }

  @Test
  void saysThatAPromotedFollowerIsReadOnly() {
    twoDatabases("standard-0");
    server
        .on("GET /client/v11/databases/id-maroon", "{\"following\": \"" + GOLD_URL + "\"}")
        .on("POST /addon-attachments", 201, "{\"name\": \"DATABASE\"}");
    var result = howdah.run("pg:promote", "MAROON", "--force");
    assertThat(result.status()).isZero();
    assertThat(result.err()).contains("read-only").contains("pg:unfollow");
  }

  @Test
  void doesNotPromoteWhatIsNotAvailable() {
    twoDatabases("hobby-dev");
    server.on(
        "GET /client/v11/databases/id-maroon/wait_status",
        "{\"waiting?\": true, \"message\": \"preparing\"}");
    var result = howdah.run("pg:promote", "MAROON", "--no-wait");
    assertThat(result.err()).contains("cannot be promoted while in state: preparing");
    assertThat(server.requests("POST /addon-attachments")).isEmpty();
  }

  @Test
  void showsCredentials() {
    twoDatabases("hobby-dev");
    assertThat(howdah.run("pg:credentials", "DATABASE").out())
        .isEqualTo(
            """
            Connection info string:
               "dbname=gold host=host port=5432 user=user password=password sslmode=require"
            Connection URL:
                postgres://user:password@host:5432/gold
            """);
  }

  @Test
  void resetsADatabaseWhenItsAppIsTyped() {
    twoDatabases("hobby-dev");
    server.on("PUT /client/v11/databases/id-maroon/reset", "{}");
    var result = howdah.typing("Your-App-Name\n").run("pg:reset", "MAROON");
    assertThat(result.out())
        .isEqualTo(
            """

             !    WARNING: Destructive Action
             !    This command will affect the app: your-app-name
             !    To proceed, type "your-app-name" or re-run this command with --confirm your-app-name

            > Resetting HEROKU_POSTGRESQL_MAROON_URL... done
            """);
  }

  @Test
  void touchesNothingWhenAnotherNameIsTyped() {
    twoDatabases("hobby-dev");
    var typed = howdah.typing("other\n").run("pg:reset", "MAROON");
    assertThat(typed.err()).isEqualTo(" !    Confirmation did not match your-app-name. Aborted.\n");
    assertThat(typed.status()).isEqualTo(1);
    var given = howdah.run("pg:reset", "MAROON", "--confirm", "other");
    assertThat(given.err())
        .isEqualTo(" !    Confirmed app other did not match the selected app your-app-name.\n");
    assertThat(server.lines()).noneMatch(line -> line.startsWith("PUT"));
  }

  @Test
  void removesADatabaseByItsVariable() {
    String addon =
        """
        {"id": "id-gold", "name": "postgresql-gold", "state": "%s",
         "app": {"id": "app-id", "name": "your-app-name"},
         "plan": {"name": "heroku-postgresql:hobby-dev", "price": {"cents": 0}}}
        """;
    server
        .on("POST /actions/addons/resolve", "[" + addon.formatted("provisioned") + "]")
        .on("DELETE /apps/app-id/addons/id-gold", addon.formatted("deprovisioned"))
        .on("GET " + APP + "/releases", "[{\"version\": 19}]");
    assertThat(
            howdah
                .typing("your-app-name\n")
                .run("addons:remove", "HEROKU_POSTGRESQL_GOLD_URL", "--app", "your-app-name")
                .out())
        .isEqualTo(
            """

             !    WARNING: Destructive Action
             !    This command will affect the app: your-app-name
             !    To proceed, type "your-app-name" or re-run this command with --confirm your-app-name

            > Removing HEROKU_POSTGRESQL_GOLD on your-app-name... done, v19 (free)
            """);
    assertThat(server.requests("POST /actions/addons/resolve").get(0).body().text("addon"))
        .isEqualTo("HEROKU_POSTGRESQL_GOLD");
  }

  @Test
  void waitsWithoutAWordWhenThereIsNothingToWaitFor() {
    twoDatabases("hobby-dev");
    String available = "{\"waiting?\": false, \"message\": \"available\"}";
    server
        .on("GET /client/v11/databases/id-gold/wait_status", available)
        .on(
            "GET /client/v11/databases/id-maroon/wait_status",
            "{\"waiting?\": true, \"message\": \"preparing (5% completed)\"}")
        .on("GET /client/v11/databases/id-maroon/wait_status", available);
    assertThat(howdah.run("pg:wait", "GOLD").out()).isEmpty();
    assertThat(howdah.run("pg:wait").out())
        .isEqualTo("Waiting for database HEROKU_POSTGRESQL_MAROON_URL... available\n");
  }

  @Test
  void tellsAScriptWhatItWaitedFor() {
    twoDatabases("standard-0");
    server
        .on(
            "GET /client/v11/databases/id-gold/wait_status",
            "{\"waiting?\": false, \"message\": \"available\"}")
        .on(
            "GET /client/v11/databases/id-maroon/wait_status",
            "{\"waiting?\": false, \"error?\": true, \"message\": \"The disk is full.\"}");
    var result = howdah.run("pg:wait", "--json");
    assertThat(result.status()).isEqualTo(1);
    assertThat(result.err()).isEqualTo(" !    The disk is full.\n");
    var ends = Json.parse(result.out().getBytes(StandardCharsets.UTF_8)).items();
    assertThat(ends.get(0).flag("available")).isTrue();
    assertThat(ends.get(0).flag("primary")).isTrue();
    assertThat(ends.get(1).text("config_var")).isEqualTo("HEROKU_POSTGRESQL_MAROON_URL");
    assertThat(ends.get(1).flag("available")).isFalse();
  }

  @Test
  void drawsTheSpinnerOnATerminal() {
    twoDatabases("standard-0");
    String status = "GET /client/v11/databases/id-maroon/wait_status";
    server
        .on(status, "{\"waiting?\": true, \"message\": \"preparing (5% completed)\"}")
        .on(status, "{\"waiting?\": true, \"message\": \"preparing (55% completed)\"}")
        .on(status, "{\"waiting?\": false, \"message\": \"available\"}");
    String line = "\r\u001b[KWaiting for database HEROKU_POSTGRESQL_MAROON_URL... ";
    assertThat(howdah.atTerminal().run("pg:wait", "MAROON").out())
        .isEqualTo(
            line
                + "/ preparing (5% completed)"
                + line
                + "- preparing (55% completed)"
                + line
                + "available\n");
  }

  @Test
  void rollsBackToANewDatabase() {
    twoDatabases("standard-0");
    server.on(
        "POST " + APP + "/addons",
        201,
        """
        {"id": "id-maroon", "name": "postgresql-maroon", "state": "provisioning",
         "app": {"name": "your-app-name"},
         "provision_message": "Database will become available after it completes rolling back to 2014-10-05 15:02:00 +0000 (00:59:43 ago)",
         "plan": {"name": "heroku-postgresql:standard-0", "price": {"cents": 5000}}}
        """);
    assertThat(
            howdah
                .run(
                    "addons:add",
                    "heroku-postgresql:standard-0",
                    "--rollback",
                    "gold",
                    "--to",
                    "2014-10-05 15:02:00+00",
                    "--app",
                    "your-app-name")
                .out())
        .isEqualTo(
            """
            Adding heroku-postgresql:standard-0 on your-app-name... done, v4 ($50/mo)
            Attached as HEROKU_POSTGRESQL_MAROON_URL
            Database will become available after it completes rolling back to 2014-10-05 15:02:00 +0000 (00:59:43 ago)
            Use `heroku pg:wait` to track status.
            Use `heroku addons:docs heroku-postgresql` to view documentation.
            """);
    assertThat(server.requests("POST " + APP + "/addons").get(0).body().at("config").write())
        .isEqualTo(
            "{\"rollback\":\"HEROKU_POSTGRESQL_GOLD_URL\",\"to\":\"2014-10-05 15:02:00+00\"}");
  }

  @Test
  void forksTheNewestSnapshotOnRequest() {
    twoDatabases("standard-0");
    server.on(
        "POST " + APP + "/addons",
        201,
        """
        {"id": "id-maroon", "name": "postgresql-maroon", "state": "provisioning",
         "app": {"name": "your-app-name"},
         "provision_message": "Database will become available after it completes forking\\nFork will contain data from October 14, 2014 3:10PM UTC (about 22 hours ago)\\nTo create a fork with up-to-date data, exclude the `--fast` flag.",
         "plan": {"name": "heroku-postgresql:standard-0", "price": {"cents": 5000}}}
        """);
    // The book's order of words, and today's.
    for (String[] words :
        new String[][] {
          {"addons:add", "heroku-postgresql:standard-0", "--fork", "DATABASE_URL", "--fast"},
          {"addons:create", "heroku-postgresql:standard-0", "--", "--fork", "DATABASE", "--fast"}
        }) {
      assertThat(howdah.run(words).out())
          .isEqualTo(
              """
              Adding heroku-postgresql:standard-0 on your-app-name... done, v4 ($50/mo)
              Attached as HEROKU_POSTGRESQL_MAROON_URL
              Database will become available after it completes forking
              Fork will contain data from October 14, 2014 3:10PM UTC (about 22 hours ago)
              To create a fork with up-to-date data, exclude the `--fast` flag.
              Use `heroku pg:wait` to track status.
              Use `heroku addons:docs heroku-postgresql` to view documentation.
              """);
    }
    for (var request : server.requests("POST " + APP + "/addons")) {
      assertThat(request.body().at("config").flag("fast")).isTrue();
      assertThat(request.body().at("config").text("fork")).isEqualTo("HEROKU_POSTGRESQL_GOLD_URL");
    }
  }

  @Test
  void changesThePlanOfADatabase() {
    server
        .on(
            "POST /actions/addons/resolve",
            """
            [{"id": "id-gold", "name": "postgresql-gold", "app": {"name": "your-app-name"}}]
            """)
        .on(
            "PATCH " + APP + "/addons/postgresql-gold",
            "{\"plan\": {\"price\": {\"cents\": 20000}}}")
        .on("GET " + APP + "/releases", "[{\"version\": 12}]")
        .on(
            "GET /client/v11/databases/id-gold/wait_status",
            "{\"waiting?\": true, \"message\": \"changing plan\"}");
    assertThat(howdah.run("addons:upgrade", "GOLD", "heroku-postgresql:standard-2").out())
        .isEqualTo(
            """
            Changing postgresql-gold to heroku-postgresql:standard-2 on your-app-name... done, v12 ($200/mo)
            Use `heroku pg:wait` to track status.
            """);
  }

  private void rollbackIsPossible() {
    twoDatabases("standard-0");
    String status = "GET /client/v11/databases/id-gold/wait_status";
    server
        .on(status, "{\"waiting?\": true, \"message\": \"rolling back (40% completed)\"}")
        .on(status, "{\"waiting?\": false, \"message\": \"available\"}");
    for (String path :
        new String[] {"rollback", "rollback/undo", "rollback/confirm", "recover", "refresh"}) {
      server.on(
          "POST /client/v11/databases/id-gold/" + path,
          202,
          "{\"message\": \"The database goes back to 2014-10-05 15:02:00 +0000.\"}");
    }
  }

  @Test
  void rollsBackInPlace() {
    rollbackIsPossible();
    assertThat(
            howdah
                .typing("your-app-name\n")
                .run("pg:rollback", "GOLD", "--to", "2014-10-05 15:02 UTC")
                .out())
        .isEqualTo(
            """

             !    WARNING: Destructive Action
             !    HEROKU_POSTGRESQL_GOLD_URL (DATABASE_URL) goes back to 2014-10-05 15:02 UTC. What was written after that leaves it.
             !    What it is now is kept for 24 hours: pg:rollback:undo brings it back.
             !    This command will affect the app: your-app-name
             !    To proceed, type "your-app-name" or re-run this command with --confirm your-app-name

            > Rolling back HEROKU_POSTGRESQL_GOLD_URL (DATABASE_URL)... done
            The database goes back to 2014-10-05 15:02:00 +0000.
            Waiting for database HEROKU_POSTGRESQL_GOLD_URL (DATABASE_URL)... available
            """);
    assertThat(server.requests("POST /client/v11/databases/id-gold/rollback").get(0).body().write())
        .isEqualTo("{\"to\":\"2014-10-05 15:02 UTC\"}");
  }

  @Test
  void wantsOneMomentToRollBackTo() {
    rollbackIsPossible();
    assertThat(howdah.run("pg:rollback", "GOLD").status()).isEqualTo(1);
    assertThat(howdah.run("pg:rollback", "GOLD", "--to", "x", "--by", "y").err())
        .contains("either --to TIME or --by INTERVAL");
    assertThat(server.lines()).noneMatch(line -> line.startsWith("POST"));
  }

  @Test
  void confirmsWhateverReplacesADatabaseInPlace() {
    rollbackIsPossible();
    for (String command :
        new String[] {"pg:rollback:undo", "pg:rollback:confirm", "pg:recover", "pg:fork:refresh"}) {
      assertThat(howdah.typing("no\n").run(command, "GOLD").status()).isEqualTo(1);
      assertThat(server.lines()).noneMatch(line -> line.startsWith("POST"));
    }
    var result =
        howdah.run("pg:rollback:undo", "GOLD", "--confirm", "your-app-name", "--no-wait", "--json");
    assertThat(Json.parse(result.out().getBytes(StandardCharsets.UTF_8)).text("message"))
        .isEqualTo("The database goes back to 2014-10-05 15:02:00 +0000.");
    howdah.run("pg:recover", "GOLD", "--confirm", "your-app-name", "--no-wait");
    howdah.run("pg:fork:refresh", "GOLD", "--confirm", "your-app-name", "--no-wait");
    assertThat(server.lines())
        .contains(
            "POST /client/v11/databases/id-gold/rollback/undo",
            "POST /client/v11/databases/id-gold/recover",
            "POST /client/v11/databases/id-gold/refresh")
        .noneMatch(line -> line.contains("wait_status"));
  }

  private void upgradeIsPossible() {
    twoDatabases("standard-0");
    for (String path : new String[] {"prepare", "dry_run", "run", "cancel", "undo", "confirm"}) {
      server.on(
          "POST /client/v11/databases/id-gold/upgrade/" + path,
          "{\"message\": \"Track it with `heroku pg:upgrade:wait`.\"}");
    }
    String status = "GET /client/v11/databases/id-gold/upgrade/wait_status";
    server
        .on(
            status,
            "{\"waiting?\": true, \"error?\": false, \"step\": \"2/3\","
                + " \"message\": \"copying\"}")
        .on(
            status,
            "{\"waiting?\": false, \"error?\": false, \"step\": null,"
                + " \"message\": \"upgraded to PostgreSQL 15\"}");
  }

  @Test
  void upgradesAfterAConfirmation() {
    upgradeIsPossible();
    assertThat(
            howdah.typing("your-app-name\n").run("pg:upgrade:run", "GOLD", "--version", "15").out())
        .isEqualTo(
            """

             !    WARNING: Destructive Action
             !    HEROKU_POSTGRESQL_GOLD_URL (DATABASE_URL) will be interrupted for some seconds and upgraded to a newer PostgreSQL
             !    version. What it is now is kept for 24 hours.
             !    This command will affect the app: your-app-name
             !    To proceed, type "your-app-name" or re-run this command with --confirm your-app-name

            > Starting upgrade on HEROKU_POSTGRESQL_GOLD_URL (DATABASE_URL)... done
            Track it with heroku pg:upgrade:wait.
            """);
    assertThat(
            server.requests("POST /client/v11/databases/id-gold/upgrade/run").get(0).body().write())
        .isEqualTo("{\"version\":\"15\"}");
    assertThat(howdah.run("pg:upgrade:wait", "GOLD").out())
        .isEqualTo(
            "Waiting for database HEROKU_POSTGRESQL_GOLD_URL (DATABASE_URL)... "
                + "upgraded to PostgreSQL 15\n");
  }

  @Test
  void confirmsEveryStepOfAnUpgrade() {
    upgradeIsPossible();
    for (String command : new String[] {"prepare", "dryrun", "run", "cancel", "undo", "confirm"}) {
      assertThat(howdah.typing("no\n").run("pg:upgrade:" + command, "GOLD").status()).isEqualTo(1);
      assertThat(server.lines()).noneMatch(line -> line.startsWith("POST"));
    }
    howdah.run("pg:upgrade:dryrun", "GOLD", "--confirm", "your-app-name");
    assertThat(server.lines()).contains("POST /client/v11/databases/id-gold/upgrade/dry_run");
  }

  @Test
  void listsVersionsWithTheirStatus() {
    server.on(
        "GET /client/v11/postgres-versions",
        "[{\"major\": 15, \"version\": \"15.18\", \"status\": \"default\","
            + " \"description\": \"default\"}, {\"major\": 13, \"version\": \"13.16\","
            + " \"status\": \"deprecated\","
            + " \"description\": \"deprecated (support ended 13 Nov 2025)\"}]");
    assertThat(howdah.run("pg:versions").out())
        .isEqualTo(
            """
            === PostgreSQL versions
            15.18  default
            13.16  deprecated (support ended 13 Nov 2025)
            """);
  }

  private void copyIsPossible(String end) {
    twoDatabases("standard-0");
    String transfer = "GET " + "/client/v11/apps/your-app-name/transfers/t1?verbose=true";
    server
        .on("POST /client/v11/databases/id-maroon/transfers", 201, "{\"uuid\": \"t1\"}")
        .on("GET /postgres/v0/databases/id-gold/credentials", "[{\"name\": \"default\"}]")
        .on(
            transfer,
            "{\"started_at\": \"x\", \"finished_at\": null, \"processed_bytes\": 1048576}")
        .on(transfer, end);
  }

  @Test
  void copiesADatabaseOverAnother() {
    copyIsPossible(
        """
        {"started_at": "x", "finished_at": "y", "succeeded": true, "processed_bytes": 2097152}
        """);
    assertThat(howdah.typing("maroon\n").run("pg:copy", "GOLD", "MAROON").out())
        .isEqualTo(
            """

             !    WARNING: Destructive Action
             !    This command will remove all data from MAROON
             !    Data from GOLD will then be transferred to MAROON
             !    To proceed, type "MAROON" or re-run this command with --confirm MAROON

            > Copying GOLD to MAROON... done, 2.0 MB
            """);
    assertThat(
            server.requests("POST /client/v11/databases/id-maroon/transfers").get(0).body().write())
        .isEqualTo(
            "{\"from_name\":\"GOLD\",\"from_url\":\"%s\",\"to_name\":\"MAROON\",\"to_url\":\"%s\"}"
                .formatted(GOLD_URL, MAROON_URL));
  }

  @Test
  void tellsWhyACopyFailed() {
    copyIsPossible(
        """
        {"started_at": "x", "finished_at": "y", "succeeded": false, "processed_bytes": 0,
         "logs": [{"created_at": "z", "message": "pg_dump: error: no such host"}]}
        """);
    var result = howdah.run("pgbackups:transfer", "GOLD", "MAROON", "--confirm", "MAROON");
    assertThat(result.status()).isEqualTo(1);
    assertThat(result.out()).endsWith("... failed\n");
    assertThat(result.err())
        .isEqualTo(
            """
             !    An error occurred and your copy did not finish.
             !    pg_dump: error: no such host
            """);
  }

  @Test
  void copiesNothingWhenTheTargetIsNotConfirmed() {
    copyIsPossible("{}");
    assertThat(howdah.run("pg:copy", "GOLD", "MAROON", "--confirm", "GOLD").err())
        .isEqualTo(" !    Confirmed GOLD did not match MAROON.\n");
    assertThat(howdah.run("pg:copy", "GOLD", "DATABASE").err())
        .isEqualTo(" !    Cannot copy database to itself\n");
    assertThat(server.lines()).noneMatch(line -> line.startsWith("POST"));
  }

  @Test
  void scalesDynos() {
    server
        .on(
            "PATCH " + APP + "/formation",
            "[{\"type\": \"web\", \"quantity\": 1, \"size\": \"2X\"},"
                + " {\"type\": \"worker\", \"quantity\": 0, \"size\": \"2X\"}]")
        .on("GET " + APP + "/formation", "[]");
    assertThat(howdah.run("ps:scale", "worker=0", "--app", "your-app-name").out())
        .isEqualTo("Scaling dynos... done, now running worker at 0:2X.\n");
    assertThat(server.requests("PATCH " + APP + "/formation").get(0).body().write())
        .isEqualTo("{\"updates\":[{\"type\":\"worker\",\"quantity\":\"0\"}]}");
    assertThat(howdah.run("ps:scale").err()).contains("No process types on your-app-name.");
    assertThat(howdah.run("scale", "worker").status()).isEqualTo(1);
  }

  @Test
  void unfollowsAfterAWarning() {
    twoDatabases("standard-0");
    server
        .on("GET /client/v11/databases/id-maroon", "{\"following\": \"" + GOLD_URL + "\"}")
        .on("PUT /client/v11/databases/id-maroon/unfollow", "{}");
    assertThat(howdah.typing("your-app-name\n").run("pg:unfollow", "MAROON").out())
        .startsWith(
            """
             !    HEROKU_POSTGRESQL_MAROON_URL will become writable and no longer
             !    follow HEROKU_POSTGRESQL_GOLD. This cannot be undone.

             !    WARNING: Destructive Action
            """)
        .endsWith("> Unfollowing HEROKU_POSTGRESQL_MAROON_URL... done\n");
  }

  @Test
  void uploadsTheOnlyKey() throws IOException {
    Path key = directory.resolve(".ssh/id_rsa.pub");
    Files.createDirectories(directory.resolve(".ssh"));
    Files.writeString(key, "ssh-rsa AAAA me@here\n");
    server.on("POST /account/keys", 201, "{}");
    assertThat(howdah.run("keys:add").out())
        .isEqualTo(
            "Found existing public key: %1$s\nUploading SSH public key %1$s... done\n"
                .formatted(key));
  }

  @Test
  void leavesWithTheStatusOfTheStockCommand() {
    server.on("GET /account", 401, "{\"id\": \"unauthorized\", \"message\": \"Invalid\"}");
    assertThat(howdah.run("whoami").status()).isEqualTo(100);
    assertThat(howdah.run("apps:info", "other").status()).isEqualTo(2);
    assertThat(howdah.run("pg:frobnicate-all").status()).isEqualTo(1);
    assertThat(howdah.without("HEROKU_APP").run("config").err())
        .isEqualTo(
            """
             !    No app specified.
             !    Run this command from an app folder or specify which app to use with --app APP.
            """);
  }
}
