package dev.howdah.server.addon;

import dev.howdah.server.app.App;
import dev.howdah.server.app.Apps;
import dev.howdah.server.app.Names;
import dev.howdah.server.operation.Operation;
import dev.howdah.server.operation.Operations;
import dev.howdah.server.platform.ApiError;
import dev.howdah.server.platform.Caller;
import dev.howdah.server.release.Releases;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** What can be done with add-ons and attachments, and who may do it. */
public final class Addons {
  /** How long a request waits for an operation before it answers that it goes on. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final int NAME_TRIES = 20;

  private final Jdbi jdbi;
  private final InstantSource clock;
  private final Apps apps;
  private final Releases releases;
  private final Operations operations;
  private final Marketplace marketplace;
  private final Visibility visibility;
  private final Attachments attachments;
  private final Names names;
  private final AddonStore store = new AddonStore();

  /** Add-ons kept in the control database, carried out by the providers of {@code marketplace}. */
  public Addons(
      Jdbi jdbi,
      InstantSource clock,
      Apps apps,
      Releases releases,
      Operations operations,
      Marketplace marketplace,
      Visibility visibility,
      Attachments attachments,
      Names names) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.apps = apps;
    this.releases = releases;
    this.operations = operations;
    this.marketplace = marketplace;
    this.visibility = visibility;
    this.attachments = attachments;
    this.names = names;
  }

  /** What the caller asks for when making an add-on. */
  public record Order(
      String plan,
      Optional<String> attachment,
      Optional<String> name,
      Map<String, String> options,
      Optional<String> confirm,
      Optional<String> requestId) {}

  /** An add-on with its config var names. */
  public record View(Addon addon, Plan plan, List<String> configVars) {}

  /** The services and plans there are. */
  public Marketplace marketplace() {
    return marketplace;
  }

  /** Add-ons of every app the caller owns or works on. */
  public List<View> list(Caller caller) {
    return jdbi.withHandle(handle ->
        store.ofAccount(handle, caller.accountId()).stream()
            .map(addon -> view(handle, addon))
            .toList());
  }

  /** Add-ons made for the app or attached to it. */
  public List<View> list(Caller caller, String app) {
    return jdbi.withHandle(handle ->
        store.seenBy(handle, apps.find(handle, caller, app).id()).stream()
            .map(addon -> view(handle, addon))
            .toList());
  }

  /** An add-on the caller may see, by name or id. */
  public View find(Caller caller, String reference) {
    return jdbi.withHandle(handle -> view(handle, visibility.visible(handle, caller, reference)));
  }

  /** An add-on by name or id, or by the name of an attachment of the app. */
  public View find(Caller caller, String appReference, String reference) {
    return jdbi.withHandle(handle -> view(handle, inApp(handle, caller, appReference, reference)));
  }

  /**
   * Makes an add-on, attaches it, and waits a while for it to be ready. A request that was sent
   * before gives the add-on it made then.
   */
  public View create(Caller caller, String appReference, Order order) {
    apps.find(caller, appReference); // who may not is told so before what is wrong with the order
    Plan plan = marketplace.plan(order.plan());
    Provider provider = marketplace.provider(plan.service());
    provider.check(plan, order.options());
    record Made(Addon addon, Provider.Provision provision) {}
    Made made =
        jdbi.inTransaction(handle -> {
          App app = apps.lock(handle, apps.find(handle, caller, appReference));
          Optional<Addon> before =
              order.requestId().flatMap(id -> store.madeBy(handle, app.id(), id));
          if (before.isPresent()) {
            Operation first = operations.first(handle, before.get().id());
            boolean promised = before.get().state() == Addon.State.PROVISIONED && !first.finished();
            return new Made(before.get(), new Provider.Provision(first, promised));
          }
          Addon addon = insert(handle, app, plan, provider, order);
          attachments.attachNew(handle, app, addon, order.attachment(), order.confirm());
          var provision = provider.provision(handle, addon, order.options(), caller);
          if (provision.promised()) {
            provisioned(handle, addon.id(), caller.accountId(), caller.email());
          }
          return new Made(addon, provision);
        });
    UUID id = made.provision().operation().id();
    if (made.provision().promised()) {
      operations.wake(id);
      return find(caller, made.addon().id().toString());
    }
    Operation operation = operations.await(id, PATIENCE);
    if (operation.state() == Operation.State.FAILED
        || operation.state() == Operation.State.UNDOING) {
      throw ApiError.unavailable(
          "The add-on could not be made, and nothing of it is left: "
              + operation.error().orElse("cancelled")
              + " Try again; if it happens twice, the operator finds more in the server's log.");
    }
    return find(caller, made.addon().id().toString());
  }

  /** Moves an add-on to another plan of its service. */
  public View changePlan(Caller caller, String appReference, String reference, String planName) {
    apps.find(caller, appReference);
    Plan plan = marketplace.plan(planName);
    Operation started =
        jdbi.inTransaction(handle -> {
          Addon addon =
              take(
                  handle,
                  visibility.manageable(
                      handle,
                      caller,
                      inApp(handle, caller, appReference, reference).id().toString()));
          if (!addon.service().equals(plan.service())) {
            throw ApiError.invalid(plan.fullName() + " is not a plan of " + addon.service() + ".");
          }
          if (addon.plan().equals(plan.name())) {
            throw ApiError.invalid(addon.name() + " has the plan " + plan.fullName() + " already.");
          }
          marketplace.provider(plan.service()).check(plan, Map.of());
          return marketplace.provider(plan.service()).changePlan(handle, addon, plan, caller);
        });
    Operation operation = operations.await(started.id(), PATIENCE);
    if (operation.state() == Operation.State.FAILED
        || operation.state() == Operation.State.UNDOING) {
      throw ApiError.invalid(
          "The plan was not changed. " + operation.error().orElse("It was cancelled."));
    }
    return find(caller, started.subject().toString());
  }

  /** Gives an add-on another name. */
  public View rename(Caller caller, String appReference, String reference, String name) {
    return jdbi.inTransaction(handle -> {
      Addon addon =
          visibility.manageable(
              handle, caller, inApp(handle, caller, appReference, reference).id().toString());
      if (!addon.name().equals(name) && store.nameTaken(handle, name)) {
        throw ApiError.invalid("Name " + name + " is already taken");
      }
      store.rename(handle, addon.id(), name, clock.instant());
      return view(handle, store.find(handle, addon.id()).orElseThrow());
    });
  }

  /**
   * Removes an add-on and everything in it. Its config vars are gone when this returns; the
   * answer's state tells whether the rest is.
   *
   * @return the add-on as it was, and whether it is gone for good
   */
  public Removed destroy(Caller caller, String appReference, String reference, boolean force) {
    record Started(View view, Operation operation) {}
    Started started =
        jdbi.inTransaction(handle -> {
          Addon addon =
              visibility.manageable(
                  handle, caller, inApp(handle, caller, appReference, reference).id().toString());
          App owned = apps.findOwned(handle, caller, addon.appId().toString());
          lockApps(handle, addon.id());
          apps.lock(handle, owned);
          List<String> elsewhere = elsewhere(handle, addon);
          if (!elsewhere.isEmpty() && !force) {
            throw ApiError.invalid(
                addon.name()
                    + " is attached to other apps ("
                    + String.join(", ", elsewhere)
                    + "). Detach it there first, or repeat with --force.");
          }
          View view = view(handle, addon);
          return new Started(view, deprovision(handle, caller, addon));
        });
    Operation operation = operations.await(started.operation().id(), PATIENCE);
    return new Removed(started.view(), operation.finished());
  }

  /** What became of a removal. */
  public record Removed(View view, boolean finished) {}

  /**
   * Detaches an add-on everywhere and records the operation that removes it. The caller holds the
   * lock of the add-on's app.
   */
  public Operation deprovision(Handle handle, Caller caller, Addon seen) {
    // Read again: what was being made a moment ago may be ready now that its app is locked.
    Addon addon = store.find(handle, seen.id()).orElseThrow(Visibility::unknown);
    if (addon.state() == Addon.State.DEPROVISIONING) {
      return operations.unfinished(handle, addon.id()).getLast();
    }
    boolean visibleBefore = addon.state() == Addon.State.PROVISIONED;
    List<Attachment> attachments = store.attachmentsOfAddon(handle, addon.id());
    store.setState(handle, addon.id(), Addon.State.DEPROVISIONING, clock.instant());
    for (Attachment attachment : attachments) {
      store.deleteAttachment(handle, attachment.id());
    }
    if (visibleBefore) {
      attachments.stream()
          .map(Attachment::appId)
          .distinct()
          .forEach(app ->
              releases.create(
                  handle, app, caller, "Detach " + listed(attachments, app) + ref(addon)));
    }
    return marketplace.provider(addon.service()).deprovision(handle, addon, caller);
  }

  /** Names of the other apps that an add-on is attached to. */
  List<String> elsewhere(Handle handle, Addon addon) {
    return store.attachmentsOfAddon(handle, addon.id()).stream()
        .filter(attachment -> !attachment.appId().equals(addon.appId()))
        .map(Attachment::appName)
        .distinct()
        .toList();
  }

  /** Add-ons made for an app. */
  public List<Addon> ofApp(Handle handle, UUID app) {
    return store.ofApp(handle, app);
  }

  /** An add-on, whoever may see it. */
  public Optional<Addon> find(Handle handle, UUID id) {
    return store.find(handle, id);
  }

  /** Marks an add-on as ready: its config vars appear, in a new release of each app that has it. */
  public void provisioned(Handle handle, UUID id, UUID account, String email) {
    Addon addon = store.find(handle, id).orElseThrow();
    store.setState(handle, id, Addon.State.PROVISIONED, clock.instant());
    attachments.takeOver(handle, addon, account, email);
    List<Attachment> all = store.attachmentsOfAddon(handle, id);
    all.stream()
        .map(Attachment::appId)
        .distinct()
        .forEach(app ->
            releases.create(
                handle, app, account, email, "Attach " + listed(all, app) + ref(addon)));
  }

  /**
   * Locks every app that sees the add-on. First in a transaction that changes the add-on, because a
   * removal locks them first.
   */
  public void lockApps(Handle handle, UUID id) {
    Set<UUID> all = new HashSet<>();
    store.find(handle, id).map(Addon::appId).ifPresent(all::add);
    store.attachmentsOfAddon(handle, id).stream().map(Attachment::appId).forEach(all::add);
    apps.lockAll(handle, all);
  }

  /** Forgets an add-on that is gone. */
  public void forget(Handle handle, UUID id) {
    store.delete(handle, id);
  }

  /**
   * Takes back an add-on that was promised and could not be made: its config vars go, in a new
   * release of each app that has it. Called after {@link #lockApps}.
   */
  public void withdraw(Handle handle, UUID id, UUID account, String email) {
    Optional<Addon> addon = store.find(handle, id);
    List<Attachment> all = store.attachmentsOfAddon(handle, id);
    store.delete(handle, id);
    all.stream()
        .map(Attachment::appId)
        .distinct()
        .forEach(app ->
            releases.create(
                handle,
                app,
                account,
                email,
                "Detach " + listed(all, app) + ref(addon.orElseThrow()) + ", which failed"));
  }

  /** What to tell the one who made an add-on. */
  public String provisionMessage(Addon addon) {
    return jdbi.withHandle(
        handle -> marketplace.provider(addon.service()).provisionMessage(handle, addon));
  }

  /** Records that an add-on has another plan now. */
  public void planChanged(Handle handle, UUID id, String plan, UUID account, String email) {
    store.setPlan(handle, id, plan, clock.instant());
    Addon addon = store.find(handle, id).orElseThrow();
    releases.create(
        handle, addon.appId(), account, email, "Change plan to " + addon.fullPlan() + ref(addon));
  }

  /** Makes a new release of every app that sees the values of {@code namespace} change. */
  public void valuesChanged(
      Handle handle,
      UUID id,
      UUID account,
      String email,
      Optional<String> namespace,
      String description) {
    Addon addon = store.find(handle, id).orElseThrow();
    store.attachmentsOfAddon(handle, id).stream()
        .filter(attachment -> attachment.namespace().equals(namespace))
        .map(Attachment::appId)
        .distinct()
        .forEach(app -> releases.create(handle, app, account, email, description + ref(addon)));
  }

  /** The add-ons that {@code name} means, in the app if there is one that has it. */
  public List<View> resolve(Caller caller, String name, Optional<String> app) {
    return jdbi.withHandle(handle -> {
      String appName = name.contains("::") ? name.substring(0, name.indexOf("::")) : "";
      String plain = name.substring(appName.isEmpty() ? 0 : appName.length() + 2);
      Optional<String> where = appName.isEmpty() ? app : Optional.of(appName);
      List<Addon> visible = new ArrayList<>(store.ofAccount(handle, caller.accountId()));
      List<Attachment> ofApp =
          where
              .map(w -> store.attachmentsOfApp(handle, apps.find(handle, caller, w).id()))
              .orElseGet(List::of);
      ofApp.stream()
          .map(Attachment::addon)
          .filter(addon -> !visible.contains(addon))
          .forEach(visible::add);
      List<Addon> found = Resolver.addons(plain, visible, ofApp, where.isPresent());
      if (found.isEmpty()) {
        throw Visibility.unknown();
      }
      return found.stream().map(addon -> view(handle, addon)).toList();
    });
  }

  private Addon insert(Handle handle, App app, Plan plan, Provider provider, Order order) {
    Optional<String> name = order.name();
    Instant now = clock.instant();
    for (int i = 0; i < NAME_TRIES; i++) {
      Addon addon =
          new Addon(
              UUID.randomUUID(),
              name.orElseGet(() -> names.addon(provider.namePrefix())),
              app.id(),
              app.name(),
              plan.service(),
              plan.name(),
              Addon.State.PROVISIONING,
              now,
              now);
      if (store.insert(handle, addon, order.requestId())) {
        return addon;
      }
      if (name.isPresent()) {
        throw ApiError.invalid("Name " + name.get() + " is already taken");
      }
    }
    throw ApiError.conflict("No free name was found. Choose one yourself with --name.");
  }

  private Addon inApp(Handle handle, Caller caller, String appReference, String reference) {
    App app = apps.find(handle, caller, appReference);
    List<Attachment> ofApp = store.attachmentsOfApp(handle, app.id());
    List<Addon> found = Resolver.addons(reference, store.seenBy(handle, app.id()), ofApp, true);
    if (found.size() > 1) {
      throw new ApiError(
          422,
          "multiple_matches",
          "Ambiguous identifier; multiple matching add-ons found: "
              + String.join(", ", found.stream().map(Addon::name).toList())
              + ".");
    }
    return found.stream().findFirst().orElseThrow(Visibility::unknown);
  }

  /**
   * Takes an add-on for a change, or refuses because another one is under way. Nobody else can take
   * it until the transaction ends.
   */
  public Addon take(Handle handle, Addon seen) {
    apps.lock(handle, apps.find(handle, seen.appId()).orElseThrow(Visibility::unknown));
    // What was true before the lock need not be any more.
    Addon addon = store.find(handle, seen.id()).orElseThrow(Visibility::unknown);
    operations
        .unfinished(handle, addon.id())
        .forEach(operation -> {
          throw ApiError.conflict(
              addon.name()
                  + " is busy ("
                  + operation.kind()
                  + "). Wait for it with pg:wait, then try again.");
        });
    if (addon.state() != Addon.State.PROVISIONED) {
      throw ApiError.conflict(addon.name() + " is " + addon.state().text() + ".");
    }
    return addon;
  }

  private View view(Handle handle, Addon addon) {
    SortedSet<String> configVars = new TreeSet<>();
    store.attachmentsOfAddon(handle, addon.id()).stream()
        .filter(attachment -> attachment.appId().equals(addon.appId()))
        .forEach(attachment -> configVars.add(attachment.name() + "_URL"));
    return new View(addon, plan(addon), List.copyOf(configVars));
  }

  private Plan plan(Addon addon) {
    return marketplace.plan(addon.fullPlan());
  }

  private static String listed(List<Attachment> attachments, UUID app) {
    return String.join(
        ", ",
        attachments.stream()
            .filter(attachment -> attachment.appId().equals(app))
            .map(Attachment::name)
            .toList());
  }

  static String ref(Addon addon) {
    return " (@ref:" + addon.name() + ")";
  }
}
