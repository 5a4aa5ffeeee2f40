package dev.howdah.server.app;

import static dev.howdah.server.platform.Shape.bool;
import static dev.howdah.server.platform.Shape.matching;
import static dev.howdah.server.platform.Shape.name;
import static dev.howdah.server.platform.Shape.object;
import static dev.howdah.server.platform.Shape.optional;
import static dev.howdah.server.platform.Shape.required;

import dev.howdah.server.account.AccountRoutes;
import dev.howdah.server.platform.ApiError;
import dev.howdah.server.platform.Call;
import dev.howdah.server.platform.Caller;
import dev.howdah.server.platform.Reply;
import dev.howdah.server.platform.Route;
import dev.howdah.server.platform.Shape;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** Apps and their collaborators. */
public final class AppRoutes {
  private static final Shape.Text APP_NAME =
      matching(
          30,
          App.NAME,
          "must start with a letter, end with a letter or digit, have 3 to 30 characters and"
              + " can only contain lowercase letters, digits, and dashes");

  private final Apps apps;
  private final Apps.Created created;
  private final Removal removal;
  private final AppJson.Addresses addresses;

  /** Destroys an app with everything it has. */
  @FunctionalInterface
  public interface Removal {
    /** Returns the app as it was, once it is hidden and its name is free. */
    App destroy(Caller caller, String reference);
  }

  /**
   * Routes over {@code apps}.
   *
   * @param created what happens in the transaction that makes an app
   * @param webDomain the domain that apps are below, and the port with its colon
   * @param gitBase the address that git repositories are below
   */
  public AppRoutes(
      Apps apps,
      Apps.Created created,
      Removal removal,
      String webDomain,
      String webSuffix,
      String gitBase) {
    this.apps = apps;
    this.created = created;
    this.removal = removal;
    this.addresses = new AppJson.Addresses(webDomain, webSuffix, gitBase);
  }

  /** The endpoints. */
  public List<Route> routes() {
    return List.of(
        Route.of("GET", "/apps", this::list),
        Route.of("GET", "/users/{user}/apps", this::listOfUser),
        Route.of(
            "POST",
            "/apps",
            object(
                optional("name", APP_NAME),
                optional("region", name(60)),
                optional("stack", name(60))),
            call ->
                Reply.created(
                    wire(
                        apps.create(
                            call.caller(),
                            call.text("/name"),
                            call.text("/region"),
                            call.text("/stack"),
                            call.requestId(),
                            created)))),
        Route.of(
            "GET",
            "/apps/{app}",
            call -> Reply.ok(wire(apps.find(call.caller(), call.path("app"))))),
        Route.of(
            "PATCH",
            "/apps/{app}",
            object(
                optional("name", APP_NAME),
                optional("maintenance", bool()),
                optional("build_stack", name(60))),
            call ->
                Reply.ok(
                    wire(
                        apps.change(
                            call.caller(),
                            call.path("app"),
                            call.text("/name"),
                            call.bool("/maintenance"),
                            call.text("/build_stack"))))),
        Route.of(
            "DELETE",
            "/apps/{app}",
            call -> Reply.ok(wire(removal.destroy(call.caller(), call.path("app"))))),
        Route.of(
            "GET",
            "/apps/{app}/collaborators",
            call -> {
              App app = apps.find(call.caller(), call.path("app"));
              return Reply.page(
                  apps.collaborators(call.caller(), call.path("app")).stream()
                      .map(collaborator -> wire(app, collaborator))
                      .toList(),
                  Reply.by("id", CollaboratorJson::id));
            }),
        Route.of(
            "POST",
            "/apps/{app}/collaborators",
            object(required("user", AccountRoutes.EMAIL), optional("silent", bool())),
            call -> {
              App app = apps.find(call.caller(), call.path("app"));
              return Reply.created(
                  wire(
                      app,
                      apps.addCollaborator(
                          call.caller(), call.path("app"), call.text("/user").orElseThrow())));
            }),
        Route.of(
            "DELETE",
            "/apps/{app}/collaborators/{collaborator}",
            call -> {
              App app = apps.find(call.caller(), call.path("app"));
              return Reply.ok(
                  wire(
                      app,
                      apps.removeCollaborator(
                          call.caller(), call.path("app"), call.path("collaborator"))));
            }));
  }

  /** Of oneself: there is no looking at what others have. */
  private Reply listOfUser(Call call) {
    String user = call.path("user");
    if (!user.equals("~")
        && !user.equalsIgnoreCase(call.caller().email())
        && !user.equals(call.caller().accountId().toString())) {
      throw ApiError.notFound("user", "Couldn't find that user.");
    }
    return list(call);
  }

  private Reply list(Call call) {
    return Reply.page(
        apps.list(call.caller()).stream().map(this::wire).toList(),
        Reply.by("name", AppJson::name),
        Reply.by("id", AppJson::id),
        Reply.by("updated_at", AppJson::updatedAt));
  }

  private AppJson wire(App app) {
    return AppJson.of(app, addresses);
  }

  private static CollaboratorJson wire(App app, Collaborator collaborator) {
    boolean owner = collaborator.accountId().equals(app.ownerId());
    return new CollaboratorJson(
        new AppJson.Named(app.id(), app.name()),
        collaborator.createdAt(),
        collaborator.id(),
        List.of(),
        owner ? "owner" : "collaborator",
        collaborator.createdAt(),
        new UserJson(collaborator.email(), false, collaborator.accountId()));
  }

  private record CollaboratorJson(
      AppJson.Named app,
      Instant createdAt,
      UUID id,
      List<String> permissions,
      String role,
      Instant updatedAt,
      UserJson user) {}

  private record UserJson(String email, boolean federated, UUID id) {}
}
