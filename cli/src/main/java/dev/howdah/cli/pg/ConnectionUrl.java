package dev.howdah.cli.pg;

import dev.howdah.cli.environment.CommandException;
import dev.howdah.cli.json.Json;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where and as whom to connect; what is not known is empty, and the PostgreSQL programs then use
 * their own defaults.
 */
public record ConnectionUrl(
    String user, String password, String host, String port, String database) {

  private static final String DEFAULT_PORT = "5432";

  /** The connection of a database, once it has one. */
  public static ConnectionUrl of(Database database) {
    if (database.url().isEmpty()) {
      throw new CommandException(
          database.displayName()
              + " is not yet provisioned.\nUse `heroku pg:wait` to wait for it.");
    }
    return parse(database.url());
  }

  /** Takes a {@code postgres://} URL apart. A text without a colon is a local database's name. */
  public static ConnectionUrl parse(String text) {
    if (!text.contains("://")) {
      return new ConnectionUrl("", "", "", "", text);
    }
    try {
      var url = new URI(text);
      String path = decode(url.getRawPath());
      String info = url.getRawUserInfo() == null ? "" : url.getRawUserInfo();
      int colon = info.indexOf(':');
      return new ConnectionUrl(
          decode(colon < 0 ? info : info.substring(0, colon)),
          decode(colon < 0 ? "" : info.substring(colon + 1)),
          url.getHost() == null ? "" : url.getHost(),
          url.getPort() < 0 ? "" : Integer.toString(url.getPort()),
          path.startsWith("/") ? path.substring(1) : path);
    } catch (URISyntaxException _) {
      throw new CommandException("This is no database URL: " + text);
    }
  }

  private static String decode(@Nullable String text) {
    // Unlike in a form, a plus sign stands for itself here.
    return text == null ? "" : URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  /** Whether the database is one of this machine or network, and none of the service. */
  public boolean isLocal() {
    return host.isEmpty();
  }

  /** The libpq form. */
  public String infoString() {
    return "dbname="
        + database
        + " host="
        + host
        + " port="
        + portOrDefault()
        + " user="
        + user
        + " password="
        + password
        + " sslmode=require";
  }

  /** The URL form. */
  public String text() {
    return "postgres://"
        + user
        + ":"
        + password
        + "@"
        + host
        + ":"
        + portOrDefault()
        + "/"
        + database;
  }

  /** All of it, for scripts. */
  public Json json() {
    return Json.object(
        "database", database,
        "host", host,
        "port", portOrDefault(),
        "user", user,
        "password", password,
        "url", text());
  }

  /** The environment for a PostgreSQL program. The password is in no argument list. */
  public Map<String, String> environment() {
    var variables = new LinkedHashMap<String, String>();
    variables.put("PGHOST", host);
    variables.put("PGPORT", host.isEmpty() ? port : portOrDefault());
    variables.put("PGUSER", user);
    variables.put("PGPASSWORD", password);
    variables.put("PGDATABASE", database);
    variables.values().removeIf(String::isEmpty);
    return variables;
  }

  private String portOrDefault() {
    return port.isEmpty() ? DEFAULT_PORT : port;
  }
}
