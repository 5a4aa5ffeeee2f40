package dev.howdah.cli.git;

import dev.howdah.cli.environment.CommandException;
import dev.howdah.cli.environment.Environment;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds out from the Git remotes which app is meant. */
public final class AppRemote {
  private AppRemote() {}

  /** The app of a named remote. */
  public static String named(Environment environment, URI server, String remote)
      throws IOException {
    Map<String, String> apps = apps(environment, server);
    String app = apps.get(remote);
    if (app == null) {
      throw new CommandException(
          "Git remote " + remote + " does not point to an app of " + server + ".");
    }
    return app;
  }

  /** The app of the remote {@code heroku}, or the only app there is. */
  public static Optional<String> only(Environment environment, URI server) throws IOException {
    Map<String, String> apps = apps(environment, server);
    String app = apps.get("heroku");
    if (app != null) {
      return Optional.of(app);
    }
    var different = new LinkedHashSet<>(apps.values());
    if (different.size() > 1) {
      throw new CommandException(
          "Multiple apps in folder and no app specified.\nSpecify app with --app APP.");
    }
    return different.stream().findFirst();
  }

  /** Remotes of this repository that lead to apps of the server, and the names of the apps. */
  public static Map<String, String> apps(Environment environment, URI server) throws IOException {
    var apps = new LinkedHashMap<String, String>();
    Optional<Repository> repository = Repository.around(environment.directory());
    if (repository.isEmpty()) {
      return apps;
    }
    List<String> hosts = hosts(environment, server);
    repository
        .get()
        .remotes()
        .forEach(
            (remote, address) -> appOf(address, hosts).ifPresent(app -> apps.put(remote, app)));
    return apps;
  }

  private static List<String> hosts(Environment environment, URI server) {
    var hosts = new ArrayList<String>();
    environment.variable("HEROKU_GIT_HOST").ifPresent(hosts::add);
    hosts.add(server.getPort() < 0 ? server.getHost() : server.getHost() + ":" + server.getPort());
    hosts.add(server.getHost());
    return hosts;
  }

  /** {@code http(s)://host/app.git}, {@code git@host:app.git} or {@code ssh://git@host/app.git}. */
  static Optional<String> appOf(String address, List<String> hosts) {
    if (!address.endsWith(".git")) {
      return Optional.empty();
    }
    String path = address.substring(0, address.length() - ".git".length());
    for (String host : hosts) {
      for (String before :
          List.of(
              "https://" + host + "/",
              "http://" + host + "/",
              "https://heroku@" + host + "/",
              "git@" + host + ":",
              "ssh://git@" + host + "/")) {
        if (path.startsWith(before)) {
          String app = path.substring(before.length());
          // A server may keep its repositories under a path: the name is the last part.
          app = app.substring(app.lastIndexOf('/') + 1);
          return app.isEmpty() ? Optional.empty() : Optional.of(app);
        }
      }
    }
    return Optional.empty();
  }
}
