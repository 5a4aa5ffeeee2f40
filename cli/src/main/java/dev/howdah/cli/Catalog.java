package dev.howdah.cli;

import dev.howdah.cli.account.AccountCommands;
import dev.howdah.cli.account.AuthorizationCommands;
import dev.howdah.cli.account.KeyCommands;
import dev.howdah.cli.account.LoginCommands;
import dev.howdah.cli.account.SessionCommands;
import dev.howdah.cli.addon.AddonCommands;
import dev.howdah.cli.addon.AttachmentCommands;
import dev.howdah.cli.addon.MarketplaceCommands;
import dev.howdah.cli.app.AccessCommands;
import dev.howdah.cli.app.AppCommands;
import dev.howdah.cli.app.DrainCommands;
import dev.howdah.cli.app.DynoCommands;
import dev.howdah.cli.app.ErrorCommands;
import dev.howdah.cli.app.FeatureCommands;
import dev.howdah.cli.app.GitCommands;
import dev.howdah.cli.app.LogCommands;
import dev.howdah.cli.app.MaintenanceCommands;
import dev.howdah.cli.app.RegionCommands;
import dev.howdah.cli.command.Command;
import dev.howdah.cli.command.Feature;
import dev.howdah.cli.command.Topic;
import dev.howdah.cli.config.ConfigCommands;
import dev.howdah.cli.operator.DoctorCommands;
import dev.howdah.cli.pg.ChangeCommands;
import dev.howdah.cli.pg.CopyCommands;
import dev.howdah.cli.pg.CredentialCommands;
import dev.howdah.cli.pg.DiagnoseCommands;
import dev.howdah.cli.pg.InfoCommands;
import dev.howdah.cli.pg.RollbackCommands;
import dev.howdah.cli.pg.SettingCommands;
import dev.howdah.cli.pg.backup.BackupCommands;
import dev.howdah.cli.pg.backup.PgbackupsCommands;
import dev.howdah.cli.pg.client.ActivityCommands;
import dev.howdah.cli.pg.client.PsqlCommands;
import dev.howdah.cli.pg.client.QueryCommands;
import dev.howdah.cli.pg.client.TransferCommands;
import dev.howdah.cli.pg.upgrade.UpgradeCommands;
import dev.howdah.cli.release.ReleaseCommands;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Every command there is. To add one, add a row to a {@link Feature}; to add a feature, name it
 * here. Looking a command up touches only the features of its topic, in order, which is what keeps
 * the start short.
 */
final class Catalog {
  private static final List<String> TOPICS =
      List.of(
          "access",
          "accounts",
          "addons",
          "apps",
          "auth",
          "authorizations",
          "completion",
          "config",
          "doctor",
          "drains",
          "errors",
          "features",
          "git",
          "help",
          "keys",
          "labs",
          "logs",
          "maintenance",
          "pg",
          "plugins",
          "ps",
          "regions",
          "releases",
          "sessions",
          "version");

  private Catalog() {}

  /** The headings, in the order of the help text. */
  static List<Topic> topics() {
    var topics = new ArrayList<Topic>();
    for (String name : TOPICS) {
      topic(name).ifPresent(topics::add);
    }
    return topics;
  }

  /** Every command. */
  static List<Command> commands() {
    var commands = new ArrayList<Command>();
    for (Topic topic : topics()) {
      commands.addAll(topic.commands());
    }
    return commands;
  }

  /** The command of this name, old or new. */
  static Optional<Command> find(String name) {
    Optional<Topic> topic = topic(topicOf(name));
    if (topic.isPresent()) {
      for (Feature feature : topic.get().features()) {
        for (Command command : feature.commands()) {
          if (command.answersTo(name)) {
            return Optional.of(command);
          }
        }
      }
    }
    return Optional.empty();
  }

  /** A heading. */
  static Optional<Topic> topic(String name) {
    return Optional.ofNullable(
        switch (name) {
          case "access" -> new Topic(name, "manage access to apps", new AccessCommands());
          case "accounts" ->
              new Topic(name, "manage the accounts of this server", new AccountCommands());
          case "addons" ->
              new Topic(
                  name,
                  "manage add-ons",
                  new AddonCommands(),
                  new AttachmentCommands(),
                  new MarketplaceCommands());
          case "apps" -> new Topic(name, "manage apps (create, destroy)", new AppCommands());
          case "auth" -> new Topic(name, "log in and out", new LoginCommands());
          case "authorizations" ->
              new Topic(name, "manage API tokens", new AuthorizationCommands());
          case "config" -> new Topic(name, "manage app config vars", new ConfigCommands());
          case "doctor" -> new Topic(name, "check the server and its host", new DoctorCommands());
          case "drains" -> new Topic(name, "forward logs of an app", new DrainCommands());
          case "errors" -> new Topic(name, "explain messages of logs", new ErrorCommands());
          case "features", "labs" ->
              new Topic(
                  name,
                  name.equals("labs") ? "manage experimental features" : "manage app features",
                  new FeatureCommands(name));
          case "git" -> new Topic(name, "manage git remotes of apps", new GitCommands());
          case "completion", "help", "plugins", "version" ->
              new Topic(name, SelfCommands.summary(name), new SelfCommands(name));
          case "keys" -> new Topic(name, "manage SSH keys", new KeyCommands());
          case "logs" -> new Topic(name, "display logs of an app", new LogCommands());
          case "maintenance" ->
              new Topic(name, "manage maintenance mode", new MaintenanceCommands());
          case "pg" ->
              new Topic(
                  name,
                  "manage heroku-postgresql databases",
                  new InfoCommands(),
                  new PsqlCommands(),
                  new CredentialCommands(),
                  new ChangeCommands(),
                  new RollbackCommands(),
                  new CopyCommands(),
                  new BackupCommands(),
                  new PgbackupsCommands(),
                  new ActivityCommands(),
                  new TransferCommands(),
                  new SettingCommands(),
                  new QueryCommands(),
                  new DiagnoseCommands(),
                  new UpgradeCommands());
          case "ps" -> new Topic(name, "show and scale dynos", new DynoCommands());
          case "regions" -> new Topic(name, "list regions", new RegionCommands());
          case "releases" -> new Topic(name, "manage app releases", new ReleaseCommands());
          case "sessions" -> new Topic(name, "manage login sessions", new SessionCommands());
          default -> null;
        });
  }

  /** Where a name is filed: by what is before its colon, or, for the short names, by heart. */
  private static String topicOf(String name) {
    int colon = name.indexOf(':');
    String first = colon < 0 ? name : name.substring(0, colon);
    return switch (first) {
      case "create", "info", "list", "rename", "destroy", "open" -> "apps";
      case "login", "logout", "whoami" -> "auth";
      case "pgbackups", "psql" -> "pg";
      case "rollback" -> "releases";
      case "dyno", "scale" -> "ps";
      case "sharing" -> "access";
      default -> first;
    };
  }
}
