package dev.howdah.server;

import dev.howdah.postgres.repository.Storage;
import dev.howdah.server.bucket.S3Bucket;
import dev.howdah.server.log.LogLimits;
import dev.howdah.server.network.Reach;
import dev.howdah.server.protection.Backlog;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything a server is told at start. Options win over the environment.
 *
 * @param data the data directory
 * @param listen the address to serve HTTP on
 * @param port the port to serve HTTP on
 * @param publicHost the host name in addresses handed out (HOWDAH_HOST_NAME)
 * @param databaseHost the host in connection URLs (HOWDAH_DATABASE_HOST)
 * @param databaseListen the addresses PostgreSQL servers listen on (HOWDAH_DATABASE_LISTEN)
 * @param firstDatabasePort of the range of HOWDAH_DATABASE_PORTS
 * @param lastDatabasePort of it
 * @param region the label of this host (HOWDAH_REGION)
 * @param rateLimit requests an hour and account (HOWDAH_RATE_LIMIT)
 * @param enforcementInterval pause between looks at plan limits (HOWDAH_ENFORCEMENT_INTERVAL)
 * @param keptFor how long what was replaced in place is kept (HOWDAH_KEPT_FOR)
 * @param protectionInterval pause between looks at what is archived (HOWDAH_PROTECTION_INTERVAL)
 * @param storage where repositories are kept (HOWDAH_REPOSITORY_BUCKET and those with it)
 * @param backlog how much may wait for a repository (HOWDAH_BACKLOG_SHARE, _FREE, _BYTES)
 * @param repositoryPatience how long a repository that is gone is waited for before a new one takes
 *     its place (HOWDAH_REPOSITORY_PATIENCE)
 * @param followerInterval pause between looks at followers (HOWDAH_FOLLOWER_INTERVAL)
 * @param grace replaces the grace period of plans.yaml (HOWDAH_GRACE)
 * @param controlUrl an outside control database (HOWDAH_DATABASE_URL)
 * @param adminEmail e-mail address of the first account (HOWDAH_ADMIN_EMAIL)
 * @param adminToken its token, which is also its password (HOWDAH_ADMIN_TOKEN)
 * @param backupBucket where backups are kept instead of a directory (HOWDAH_BACKUP_BUCKET and those
 *     with it)
 * @param backupInterval pause between looks at schedules (HOWDAH_BACKUP_INTERVAL)
 * @param importReach which networks backups are fetched from (HOWDAH_IMPORT_FROM: public, private
 *     networks, too, or any, which includes this host itself)
 * @param importLimit bytes of the largest backup that is fetched (HOWDAH_IMPORT_LIMIT)
 * @param logLimits what is kept of each app's log (HOWDAH_LOG_BYTES), and how many lines a second
 *     one source may log (HOWDAH_LOG_RATE)
 * @param metricsInterval how often databases are measured (HOWDAH_METRICS_INTERVAL)
 * @param drainCa authorities that receivers of logs may have their certificates from, besides the
 *     usual ones (HOWDAH_DRAIN_CA)
 * @param drainReach what of the network drains may lead to (HOWDAH_DRAIN_TO: public, private or
 *     any)
 * @param fault where to halt, in fault tests (HOWDAH_FAULT)
 * @param task what to do instead of serving
 */
record ServerConfig(
    Path data,
    String listen,
    int port,
    String publicHost,
    String databaseHost,
    List<String> databaseListen,
    int firstDatabasePort,
    int lastDatabasePort,
    String region,
    int rateLimit,
    Duration enforcementInterval,
    Duration keptFor,
    Duration protectionInterval,
    Storage storage,
    Backlog backlog,
    Duration repositoryPatience,
    Duration followerInterval,
    Optional<Duration> grace,
    Optional<String> controlUrl,
    Optional<String> adminEmail,
    Optional<String> adminToken,
    Optional<S3Bucket.Place> backupBucket,
    Duration backupInterval,
    Reach importReach,
    long importLimit,
    LogLimits logLimits,
    Duration metricsInterval,
    Optional<Path> drainCa,
    Reach drainReach,
    Optional<String> fault,
    Task task) {

  /** What the process does. */
  enum Task {
    SERVE,
    STOP_DATABASES,
    TRAIN
  }

  private static final String USAGE =
      """
      usage: howdah server [--data DIR] [--port N] [--listen ADDR]
             howdah server --stop-databases [--data DIR]\
      """;

  static ServerConfig of(List<String> args, Map<String, String> environment, Path defaultData) {
    Path data = defaultData;
    int port = 5080;
    String listen = "127.0.0.1";
    Task task = Task.SERVE;
    for (int i = 0; i < args.size(); i++) {
      switch (args.get(i)) {
        case "--data" -> data = Path.of(value(args, ++i));
        case "--port" -> port = port(value(args, ++i));
        case "--listen" -> listen = value(args, ++i);
        case "--stop-databases" -> task = Task.STOP_DATABASES;
        case "--train" -> task = Task.TRAIN;
        default ->
            throw new IllegalArgumentException("unknown option " + args.get(i) + "\n" + USAGE);
      }
    }
    boolean everywhere = listen.equals("0.0.0.0") || listen.equals("::");
    String reachable = everywhere ? hostName() : listen;
    String databaseHost = environment.getOrDefault("HOWDAH_DATABASE_HOST", reachable);
    String publicHost =
        environment.getOrDefault(
            "HOWDAH_HOST_NAME", reachable.equals("127.0.0.1") ? "localhost" : reachable);
    String[] ports = environment.getOrDefault("HOWDAH_DATABASE_PORTS", "16000-25999").split("-", 2);
    if (ports.length != 2) {
      throw new IllegalArgumentException("HOWDAH_DATABASE_PORTS is a range, such as 16000-25999");
    }
    return new ServerConfig(
        data.toAbsolutePath().normalize(),
        listen,
        port,
        publicHost,
        databaseHost,
        List.of(environment.getOrDefault("HOWDAH_DATABASE_LISTEN", listen).split(",", -1)),
        port(ports[0]),
        port(ports[1]),
        environment.getOrDefault("HOWDAH_REGION", "us"),
        Integer.parseInt(environment.getOrDefault("HOWDAH_RATE_LIMIT", "4500")),
        Duration.parse(environment.getOrDefault("HOWDAH_ENFORCEMENT_INTERVAL", "PT60S")),
        Duration.parse(environment.getOrDefault("HOWDAH_KEPT_FOR", "PT24H")),
        Duration.parse(environment.getOrDefault("HOWDAH_PROTECTION_INTERVAL", "PT10S")),
        storage(environment),
        new Backlog(
            Double.parseDouble(environment.getOrDefault("HOWDAH_BACKLOG_SHARE", "0.25")),
            Double.parseDouble(environment.getOrDefault("HOWDAH_BACKLOG_FREE", "0.10")),
            Long.parseLong(
                environment.getOrDefault("HOWDAH_BACKLOG_BYTES", Long.toString(Long.MAX_VALUE)))),
        Duration.parse(environment.getOrDefault("HOWDAH_REPOSITORY_PATIENCE", "PT1H")),
        Duration.parse(environment.getOrDefault("HOWDAH_FOLLOWER_INTERVAL", "PT15S")),
        text(environment, "HOWDAH_GRACE").map(Duration::parse),
        text(environment, "HOWDAH_DATABASE_URL"),
        text(environment, "HOWDAH_ADMIN_EMAIL"),
        text(environment, "HOWDAH_ADMIN_TOKEN"),
        backupBucket(environment),
        Duration.parse(environment.getOrDefault("HOWDAH_BACKUP_INTERVAL", "PT15S")),
        reach(environment, "HOWDAH_IMPORT_FROM"),
        Long.parseLong(environment.getOrDefault("HOWDAH_IMPORT_LIMIT", "107374182400")),
        logLimits(environment),
        Duration.parse(environment.getOrDefault("HOWDAH_METRICS_INTERVAL", "PT60S")),
        text(environment, "HOWDAH_DRAIN_CA").map(Path::of),
        reach(environment, "HOWDAH_DRAIN_TO"),
        text(environment, "HOWDAH_FAULT"),
        task);
  }

  /** The address of this server as others know it. */
  String publicUrl() {
    return "http://" + publicHost + ":" + port;
  }

  /** A directory, unless a bucket is named; then everything else about it must be, too. */
  private static Storage storage(Map<String, String> environment) {
    Optional<String> bucket = text(environment, "HOWDAH_REPOSITORY_BUCKET");
    return bucket.isEmpty()
        ? new Storage.Directory()
        : new Storage.Bucket(
            URI.create(required(environment, "HOWDAH_REPOSITORY_ENDPOINT")),
            bucket.get(),
            environment.getOrDefault("HOWDAH_REPOSITORY_REGION", "us-east-1"),
            required(environment, "HOWDAH_REPOSITORY_KEY"),
            required(environment, "HOWDAH_REPOSITORY_SECRET"),
            text(environment, "HOWDAH_REPOSITORY_CA").map(Path::of),
            true);
  }

  /** What is not said of the bucket for backups is as said of the one for repositories. */
  private static Optional<S3Bucket.Place> backupBucket(Map<String, String> environment) {
    return text(environment, "HOWDAH_BACKUP_BUCKET")
        .map(bucket ->
            new S3Bucket.Place(
                URI.create(ofBackups(environment, "ENDPOINT")),
                bucket,
                eitherBucket(environment, "REGION").orElse("us-east-1"),
                ofBackups(environment, "KEY"),
                ofBackups(environment, "SECRET"),
                eitherBucket(environment, "CA").map(Path::of)));
  }

  private static Optional<String> eitherBucket(Map<String, String> environment, String name) {
    return text(environment, "HOWDAH_BACKUP_" + name)
        .or(() -> text(environment, "HOWDAH_REPOSITORY_" + name));
  }

  private static String ofBackups(Map<String, String> environment, String name) {
    return eitherBucket(environment, name)
        .orElseThrow(() ->
            new IllegalArgumentException(
                "HOWDAH_BACKUP_BUCKET needs HOWDAH_BACKUP_" + name + " too"));
  }

  private static String required(Map<String, String> environment, String name) {
    return text(environment, name)
        .orElseThrow(
            () -> new IllegalArgumentException("HOWDAH_REPOSITORY_BUCKET needs " + name + " too"));
  }

  private static LogLimits logLimits(Map<String, String> environment) {
    return new LogLimits(
        text(environment, "HOWDAH_LOG_BYTES").map(Long::parseLong).orElse(LogLimits.USUAL.bytes()),
        text(environment, "HOWDAH_LOG_RATE")
            .map(Integer::parseInt)
            .orElse(LogLimits.USUAL.perSecond()));
  }

  private static Reach reach(Map<String, String> environment, String name) {
    return Reach.of(name, environment.getOrDefault(name, "private"));
  }

  private static Optional<String> text(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
  }

  private static String value(List<String> args, int i) {
    if (i >= args.size()) {
      throw new IllegalArgumentException(args.get(i - 1) + " needs a value\n" + USAGE);
    }
    return args.get(i);
  }

  private static int port(String text) {
    try {
      int port = Integer.parseInt(text.strip());
      if (port > 0 && port < 65536) {
        return port;
      }
    } catch (NumberFormatException notANumber) {
      // said below
    }
    throw new IllegalArgumentException(text + " is not a port");
  }

  private static String hostName() {
    try {
      return java.net.InetAddress.getLocalHost().getHostName();
    } catch (java.net.UnknownHostException nameless) {
      return "localhost";
    }
  }
}
