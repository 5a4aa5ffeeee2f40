package dev.howdah.server;

import dev.howdah.postgres.PostgresHost;
import dev.howdah.postgres.control.JdbcAddress;
import dev.howdah.postgres.os.HostUse;
import dev.howdah.postgres.supervision.Supervisor;
import dev.howdah.server.absent.AbsentRoutes;
import dev.howdah.server.account.Account;
import dev.howdah.server.account.AccountRoutes;
import dev.howdah.server.account.Accounts;
import dev.howdah.server.addon.AddonRoutes;
import dev.howdah.server.addon.Addons;
import dev.howdah.server.addon.AppRemoval;
import dev.howdah.server.addon.AttachmentNames;
import dev.howdah.server.addon.AttachmentVars;
import dev.howdah.server.addon.Attachments;
import dev.howdah.server.addon.Marketplace;
import dev.howdah.server.addon.Visibility;
import dev.howdah.server.app.AppRoutes;
import dev.howdah.server.app.Apps;
import dev.howdah.server.app.Names;
import dev.howdah.server.app.StackRoutes;
import dev.howdah.server.authorization.AuthorizationRoutes;
import dev.howdah.server.authorization.Authorizations;
import dev.howdah.server.backup.BackupRoutes;
import dev.howdah.server.backup.BackupWatch;
import dev.howdah.server.backup.Backups;
import dev.howdah.server.backup.PgbackupsProvider;
import dev.howdah.server.bucket.Depot;
import dev.howdah.server.bucket.DirectoryBucket;
import dev.howdah.server.bucket.S3Bucket;
import dev.howdah.server.control.ControlDatabase;
import dev.howdah.server.copy.CopyFeature;
import dev.howdah.server.copy.FollowerWatch;
import dev.howdah.server.database.DatabaseFeature;
import dev.howdah.server.database.Endpoints;
import dev.howdah.server.database.Enforcement;
import dev.howdah.server.database.HostCheck;
import dev.howdah.server.database.PlanCatalogue;
import dev.howdah.server.diagnose.DiagnoseRoutes;
import dev.howdah.server.diagnose.Diagnosis;
import dev.howdah.server.doctor.Check;
import dev.howdah.server.doctor.Doctor;
import dev.howdah.server.doctor.DoctorRoutes;
import dev.howdah.server.domain.DomainRoutes;
import dev.howdah.server.drain.DrainRoutes;
import dev.howdah.server.drain.DrainTrust;
import dev.howdah.server.drain.Drains;
import dev.howdah.server.dyno.DynoRoutes;
import dev.howdah.server.feature.FeatureRoutes;
import dev.howdah.server.feature.Features;
import dev.howdah.server.key.KeyRoutes;
import dev.howdah.server.key.Keys;
import dev.howdah.server.log.AppEvents;
import dev.howdah.server.log.Channels;
import dev.howdah.server.log.LogRoutes;
import dev.howdah.server.log.LogSessions;
import dev.howdah.server.log.OperationEvents;
import dev.howdah.server.login.BrowserLogins;
import dev.howdah.server.login.LoginRoutes;
import dev.howdah.server.operation.FaultPoint;
import dev.howdah.server.operation.Faults;
import dev.howdah.server.operation.Operations;
import dev.howdah.server.platform.Api;
import dev.howdah.server.platform.RateLimit;
import dev.howdah.server.platform.Reply;
import dev.howdah.server.platform.Route;
import dev.howdah.server.protection.Protection;
import dev.howdah.server.protection.ProtectionWatch;
import dev.howdah.server.region.RegionRoutes;
import dev.howdah.server.release.ReleaseRoutes;
import dev.howdah.server.release.Releases;
import dev.howdah.server.secret.Tokens;
import dev.howdah.server.secret.Vault;
import dev.howdah.server.succession.SuccessionFeature;
import dev.howdah.server.succession.SuccessionWatch;
import dev.howdah.server.telemetry.Monitoring;
import dev.howdah.server.telemetry.MonitoringRoutes;
import dev.howdah.server.telemetry.Telemetry;
import dev.howdah.server.transfer.Import;
import dev.howdah.server.transfer.TransferRoutes;
import dev.howdah.server.transfer.Transfers;
import dev.howdah.server.upgrade.UpgradeFeature;
import dev.howdah.server.upgrade.UpgradeWatch;
import dev.howdah.server.version.VersionCatalogue;
import dev.howdah.server.version.VersionRoutes;
import dev.howdah.server.version.Versions;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A server, wired by hand: every part it is made of is named here, in the order it is needed. */
final class Server implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Server.class);

  private static final Duration LOCK_PATIENCE = Duration.ofSeconds(8);
  private static final Duration RETAKE_PATIENCE = Duration.ofSeconds(30);
  private static final Duration KEPT_INTERVAL = Duration.ofSeconds(10);

  private final ServerConfig config;
  private final DataLock lock;
  private final PostgresHost host;
  private final ControlDatabase control;
  private final Pulse pulse;
  private final Operations operations;
  private final Supervisor supervisor;
  private final Enforcement enforcement;
  private final FollowerWatch followers;
  private final SuccessionWatch succession;
  private final UpgradeWatch upgrades;
  private final DatabaseFeature databases;
  private final ProtectionWatch protection;
  private final Transfers transfers;
  private final BackupWatch backups;
  private final Channels channels;
  private final AppEvents events;
  private final Drains drains;
  private final Telemetry telemetry;
  private final Api api;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().name("operations").factory());

  private final Thread templates = Thread.ofVirtual().name("templates").unstarted(this::prepare);
  private volatile boolean closing;

  private Server(
      ServerConfig config,
      DataLock lock,
      PostgresHost host,
      ControlDatabase control,
      Pulse pulse,
      Operations operations,
      Supervisor supervisor,
      Enforcement enforcement,
      FollowerWatch followers,
      SuccessionWatch succession,
      UpgradeWatch upgrades,
      DatabaseFeature databases,
      ProtectionWatch protection,
      Transfers transfers,
      BackupWatch backups,
      Channels channels,
      AppEvents events,
      Drains drains,
      Telemetry telemetry,
      Api api) {
    this.config = config;
    this.lock = lock;
    this.host = host;
    this.control = control;
    this.pulse = pulse;
    this.operations = operations;
    this.supervisor = supervisor;
    this.enforcement = enforcement;
    this.followers = followers;
    this.succession = succession;
    this.upgrades = upgrades;
    this.databases = databases;
    this.protection = protection;
    this.transfers = transfers;
    this.backups = backups;
    this.channels = channels;
    this.events = events;
    this.drains = drains;
    this.telemetry = telemetry;
    this.api = api;
  }

  /** Opens the control database and wires everything to it. Nothing is served yet. */
  static Server open(ServerConfig config, Clock clock) throws IOException {
    DataLock lock = DataLock.take(config.data(), LOCK_PATIENCE);
    try {
      return wire(config, clock, lock);
    } catch (IOException | RuntimeException refused) {
      lock.close();
      throw refused;
    }
  }

  private static Server wire(ServerConfig config, Clock clock, DataLock lock) throws IOException {
    // Imports connect to the address that was judged, and still name the host they ask for.
    System.setProperty("jdk.httpclient.allowRestrictedHeaders", "host");
    SecureRandom random = new SecureRandom();
    Path secrets = config.data().resolve("secrets");

    PostgresHost host = PostgresHost.open(config.data(), config.storage(), clock);
    host.repositories().requireStorage();
    Vault vault = Vault.open(secrets, random);
    ControlDatabase control = control(config, host);
    var jdbi = control.jdbi();
    var tokens = new Tokens(random);
    var names = new Names(tokens);
    Optional<Faults> faults = config.fault().map(Faults::of);
    var operations =
        new Operations(jdbi, clock, faults.<FaultPoint>map(f -> f).orElse(FaultPoint.NONE));

    var accounts = new Accounts(jdbi, clock, random);
    var authorizations = new Authorizations(jdbi, clock, tokens);
    var channels = new Channels(config.data().resolve("logs"), clock, config.logLimits());
    var events = new AppEvents(jdbi, clock, channels);
    var apps = new Apps(jdbi, clock, accounts, names, regions(config.region()));

    PlanCatalogue loaded = PlanCatalogue.load(config.data().resolve("plans.yaml"));
    PlanCatalogue catalogue = config.grace().map(loaded::withGrace).orElse(loaded);
    var endpoints =
        new Endpoints(
            config.databaseHost(),
            config.databaseListen(),
            config.firstDatabasePort(),
            config.lastDatabasePort());
    var versions =
        new Versions(
            VersionCatalogue.load(config.data().resolve("versions.yaml")),
            host.installations(),
            clock);
    var protection =
        new Protection(jdbi, clock, tokens, vault, host.repositories(), host.snapshots());
    var database =
        new DatabaseFeature(
            jdbi,
            clock,
            operations,
            catalogue,
            versions,
            host,
            endpoints,
            hostMemory(),
            vault,
            tokens,
            protection);
    database.requirePlans();
    var marketplace =
        new Marketplace(
            List.of(database.provider(), new PgbackupsProvider(operations, config.publicUrl())));
    var attachmentNames = new AttachmentNames(tokens);
    var attachmentVars = new AttachmentVars(marketplace, attachmentNames, clock);
    var releases = new Releases(jdbi, clock, apps, attachmentVars, events, vault);
    var visibility = new Visibility(apps);
    var attachments =
        new Attachments(jdbi, clock, apps, releases, marketplace, visibility, attachmentNames);
    var addons =
        new Addons(
            jdbi, clock, apps, releases, operations, marketplace, visibility, attachments, names);
    var appRemoval = new AppRemoval(jdbi, apps, addons, operations);
    DatabaseFeature.Parts databases =
        database.with(addons, visibility, attachments, config.region());
    operations.register(databases.procedures());
    var succession =
        SuccessionFeature.of(
            jdbi,
            clock,
            host,
            operations,
            addons,
            visibility,
            databases.access(),
            protection,
            config.keptFor());
    database.noteBy(succession.notes());
    operations.register(succession.procedures());
    var copies =
        CopyFeature.of(
            jdbi,
            clock,
            host,
            operations,
            addons,
            visibility,
            databases.access(),
            protection,
            succession.succession(),
            tokens);
    database.copyBy(copies.copying());
    operations.register(copies.procedures());
    var upgrades =
        UpgradeFeature.of(
            jdbi,
            clock,
            host,
            operations,
            visibility,
            databases.access(),
            versions,
            copies.copies(),
            succession.succession(),
            tokens);
    database.noteBy(upgrades.notes());
    operations.register(upgrades.procedures());
    operations.register(List.of(appRemoval.procedure()));
    var transfers =
        new Transfers(
            jdbi,
            clock,
            apps,
            operations,
            databases.access(),
            attachments,
            host.dumps(),
            host.scratch(),
            new Depot(
                new DirectoryBucket(config.data().resolve("backups")),
                config.backupBucket().map(S3Bucket::new),
                random),
            new Import.Rules(config.importReach(), config.importLimit()),
            tokens,
            vault);
    operations.register(transfers.procedures());
    database.noteBy(transfers.notes());
    var backups = new Backups(jdbi, clock, addons, attachments, databases.access(), transfers);
    operations.register(backups.procedures());
    faults.ifPresent(f -> f.require(operations.procedures()));

    var logs = new LogSessions(clock, apps, channels, events, vault);

    var routes = new ArrayList<Route>();
    var pulse = new Pulse();
    routes.add(Route.of("GET", "/healthz", call -> pulse.reply()).open());
    routes.add(
        Route.of(
                "GET",
                "/certificates/ca.pem",
                call ->
                    new Reply.Raw(
                        200,
                        "application/x-pem-file",
                        host.certificateAuthority().certificatePem()))
            .open());
    routes.addAll(new AccountRoutes(accounts).routes());
    routes.addAll(new AuthorizationRoutes(authorizations, accounts, clock).routes());
    routes.addAll(
        new AppRoutes(
                apps,
                (handle, app, caller) -> {
                  releases.create(handle, app.id(), caller, "Initial release");
                  releases.create(handle, app.id(), caller, "Enable Logplex");
                },
                appRemoval,
                config.publicHost(),
                ":" + config.port(),
                config.publicUrl())
            .routes());
    routes.addAll(new ReleaseRoutes(releases).routes());
    routes.addAll(new AddonRoutes(addons, attachments, config.publicUrl()).routes());
    routes.addAll(databases.routes());
    routes.addAll(copies.routes());
    routes.addAll(succession.routes());
    routes.addAll(upgrades.routes());
    routes.addAll(new TransferRoutes(transfers).routes());
    routes.addAll(new BackupRoutes(backups).routes());
    routes.addAll(new VersionRoutes(versions).routes());
    routes.addAll(new KeyRoutes(new Keys(jdbi, clock)).routes());
    routes.addAll(new FeatureRoutes(new Features(jdbi, clock, apps)).routes());
    routes.addAll(new RegionRoutes(apps.regions()).routes());
    routes.addAll(new StackRoutes().routes());
    routes.addAll(new DynoRoutes(apps).routes());
    routes.addAll(new DomainRoutes(apps, config.publicHost()).routes());
    routes.addAll(new AbsentRoutes(apps).routes());
    routes.addAll(new LogRoutes(logs).routes());
    operations.observe(new OperationEvents(events, clock));
    var drains =
        new Drains(
            jdbi,
            clock,
            apps,
            channels,
            vault,
            DrainTrust.of(config.drainCa()),
            config.drainReach());
    routes.addAll(new DrainRoutes(drains).routes());
    var telemetry =
        new Telemetry(
            jdbi, clock, host, catalogue, channels, config.logLimits(), config.metricsInterval());
    var monitoring = new Monitoring(telemetry, protection, operations, channels, logs, drains);
    routes.addAll(new MonitoringRoutes(monitoring).routes());
    routes.addAll(
        new DiagnoseRoutes(
                new Diagnosis(
                    jdbi, clock, apps, visibility, databases.access(), catalogue, HostUse::now))
            .routes());
    routes.addAll(
        new DoctorRoutes(
                new Doctor(
                    List.of(
                        new Check(
                            "Control database",
                            () -> List.of(pulse.finding(config.controlUrl().isEmpty()))),
                        new HostCheck(host).check(),
                        databases.check(),
                        transfers.check(),
                        operations.check())))
            .routes());
    routes.addAll(
        new LoginRoutes(new BrowserLogins(clock, accounts, authorizations, tokens)).routes());

    config.adminEmail().ifPresent(email -> ensureAdmin(email, config, accounts, authorizations));

    var api = new Api(authorizations, new RateLimit(config.rateLimit(), clock), routes);
    var protectionWatch =
        new ProtectionWatch(
            jdbi,
            clock,
            host,
            protection,
            database::guarded,
            config.backlog(),
            config.repositoryPatience());
    var supervisor =
        new Supervisor(host.clusters(), () -> upgrades.awake().apply(database.desired()), clock);
    api.observe(monitoring);
    return new Server(
        config,
        lock,
        host,
        control,
        pulse,
        operations,
        supervisor,
        databases.enforcement(),
        copies.watch(),
        succession.watch(),
        upgrades.watch(),
        database,
        protectionWatch,
        transfers,
        new BackupWatch(backups),
        channels,
        events,
        drains,
        telemetry,
        api);
  }

  /** What is served over HTTP. */
  Api api() {
    return api;
  }

  /** Goes on with what was under way, and serves. */
  void start() {
    supervisor.start();
    var _ = timer.scheduleWithFixedDelay(this::look, 0, 1, TimeUnit.SECONDS);
    events.start();
    drains.start();
    telemetry.start();
    enforcement.start(config.enforcementInterval());
    followers.start(config.followerInterval());
    succession.start(KEPT_INTERVAL);
    host.repositories().endRemains();
    databases.protectAll();
    protection.start(config.protectionInterval());
    upgrades.start(config.followerInterval());
    backups.start(config.backupInterval());
    api.start(
        config.listen(),
        config.port(),
        host.certificateAuthority().issue(List.of(config.publicHost())).context());
    log.info("Howdah serves {} from {}", config.publicUrl(), config.data());
    templates.start();
  }

  private void prepare() {
    try {
      databases.prepare();
    } catch (RuntimeException impossible) {
      log.warn("no template could be prepared; the next new database tries again", impossible);
    }
  }

  /** Stops serving. Databases and their servers run on. */
  @Override
  public void close() {
    closing = true;
    // Who writes to the logs ends before they do: what is not written yet comes after the start.
    telemetry.close();
    events.close();
    drains.close();
    channels.close();
    api.stop();
    timer.shutdownNow();
    templates.interrupt();
    enforcement.close();
    followers.close();
    succession.close();
    protection.close();
    upgrades.close();
    backups.close();
    supervisor.close();
    operations.close();
    transfers.close();
    control.close();
    lock.close();
  }

  /** Goes on with operations; ends the process when another server could take the database over. */
  private void look() {
    try {
      // What stops us interrupts this look, which then says nothing about the database.
      if (!control.held() && !closing && !retaken() && !closing) {
        log.error(
            "The control database was lost, and another server has it or it does not answer. This"
                + " server stops, so that no two work at once; start it again.");
        Runtime.getRuntime().halt(2);
      }
      operations.resume();
      pulse.beat();
    } catch (RuntimeException unreadable) {
      log.warn("operations cannot be read; trying again", unreadable);
    }
  }

  private boolean retaken() {
    log.warn("the connection that holds the control database was lost; taking it again");
    if (config.controlUrl().isEmpty()) {
      host.control().ensureRunning();
    }
    return control.retake(RETAKE_PATIENCE);
  }

  private static ControlDatabase control(ServerConfig config, PostgresHost host) {
    if (config.controlUrl().isPresent()) {
      return ControlDatabase.open(config.controlUrl().get(), Map.of());
    }
    host.control().ensureRunning();
    JdbcAddress address = host.control().jdbc();
    return ControlDatabase.open(address.url(), address.properties());
  }

  private static void ensureAdmin(
      String email, ServerConfig config, Accounts accounts, Authorizations authorizations) {
    // A token that is known has been through this. Checking it as a password again would cost
    // every start half a second, and undo a change of the password.
    Optional<String> fresh =
        config.adminToken().filter(token -> authorizations.authenticate(token).isEmpty());
    Account admin = accounts.ensureOperator(email, fresh);
    fresh.ifPresent(token -> authorizations.ensure(admin, token));
  }

  private static List<String> regions(String own) {
    var regions = new ArrayList<>(List.of(own));
    for (String known : List.of("us", "eu")) {
      if (!regions.contains(known)) {
        regions.add(known);
      }
    }
    return regions;
  }

  private static long hostMemory() {
    return java.lang.management.ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getTotalMemorySize()
        : 1L << 30;
  }
}
