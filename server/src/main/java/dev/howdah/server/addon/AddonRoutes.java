package dev.howdah.server.addon;

import static dev.howdah.server.platform.Shape.anyOf;
import static dev.howdah.server.platform.Shape.bool;
import static dev.howdah.server.platform.Shape.matching;
import static dev.howdah.server.platform.Shape.name;
import static dev.howdah.server.platform.Shape.object;
import static dev.howdah.server.platform.Shape.optional;
import static dev.howdah.server.platform.Shape.required;
import static dev.howdah.server.platform.Shape.text;

import dev.howdah.server.platform.ApiError;
import dev.howdah.server.platform.Call;
import dev.howdah.server.platform.Reply;
import dev.howdah.server.platform.Route;
import dev.howdah.server.platform.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Services, plans, add-ons, attachments and resolvers (contract §5, §7, §8). */
public final class AddonRoutes {
  private static final Shape.Text REFERENCE = name(200);

  private static final Shape.Text ADDON_NAME =
      matching(
          60,
          "[a-zA-Z][A-Za-z0-9_-]+",
          "must begin with a letter and hold only letters, digits, - and _");

  private static final Shape.Text ATTACHMENT_NAME =
      matching(
          60,
          Attachment.NAME,
          "must begin with a letter and hold only letters, digits and underscores");

  /** Early clients send the plan as text, today's as an object (§8). */
  private static final Shape PLAN = anyOf(REFERENCE, object(required("name", REFERENCE)));

  /** What follows {@code --}: text, or true for a flag without a value. */
  private static final Shape OPTIONS =
      new Shape.MapOf(name(60), new Shape.Nullable(anyOf(text(2000), bool())), 30);

  private static final Shape.Obj CREATE =
      object(
          required("plan", PLAN),
          optional("attachment", object(optional("name", ATTACHMENT_NAME))),
          optional("config", OPTIONS),
          optional("name", ADDON_NAME),
          optional("confirm", text(60)));

  private static final Shape.Obj ATTACH =
      object(
          required("addon", anyOf(REFERENCE, object(required("name", REFERENCE)))),
          required("app", anyOf(REFERENCE, object(required("name", REFERENCE)))),
          optional("name", ATTACHMENT_NAME),
          optional("namespace", new Shape.Nullable(text(100))),
          optional("confirm", text(60)));

  private final Addons addons;
  private final Attachments attachments;
  private final AddonJson json;

  /**
   * Routes over {@code addons} and {@code attachments}.
   *
   * @param webUrl the page that add-ons are opened at
   */
  public AddonRoutes(Addons addons, Attachments attachments, String webUrl) {
    this.addons = addons;
    this.attachments = attachments;
    this.json = new AddonJson(webUrl);
  }

  /** The endpoints. */
  public List<Route> routes() {
    var routes = new ArrayList<Route>();
    routes.addAll(catalogue());
    routes.addAll(addonRoutes());
    routes.addAll(attachmentRoutes());
    return List.copyOf(routes);
  }

  private List<Route> catalogue() {
    return List.of(
        Route.of(
            "GET",
            "/addon-services",
            call ->
                Reply.page(
                    addons.marketplace().providers().stream().map(json::service).toList(),
                    Reply.by("id", AddonJson.Service::id),
                    Reply.by("name", AddonJson.Service::name))),
        Route.of(
            "GET",
            "/addon-services/{service}",
            call -> Reply.ok(json.service(addons.marketplace().provider(call.path("service"))))),
        Route.of(
            "GET",
            "/addon-services/{service}/plans",
            call ->
                Reply.page(
                    addons.marketplace().provider(call.path("service")).plans().stream()
                        .map(json::plan)
                        .toList(),
                    Reply.by("id", AddonJson.PlanJson::id),
                    Reply.by("name", AddonJson.PlanJson::name))),
        Route.of(
            "GET",
            "/addon-services/{service}/plans/{plan}",
            call -> {
              String service = addons.marketplace().provider(call.path("service")).service();
              String plan = call.path("plan");
              return Reply.ok(
                  json.plan(
                      addons
                          .marketplace()
                          .plan(plan.startsWith(service + ":") ? plan : service + ":" + plan)));
            }));
  }

  private List<Route> addonRoutes() {
    return List.of(
        Route.of("GET", "/addons", call -> page(addons.list(call.caller()))),
        Route.of(
            "GET",
            "/addons/{addon}",
            call -> Reply.ok(json.addon(addons.find(call.caller(), call.path("addon"))))),
        Route.of(
            "GET",
            "/addons/{addon}/addon-attachments",
            call -> attachmentPage(attachments.ofAddon(call.caller(), call.path("addon")))),
        Route.of(
            "GET",
            "/addons/{addon}/config/{namespace}",
            call ->
                Reply.ok(
                    attachments.hasNamespace(
                            call.caller(), call.path("addon"), call.path("namespace"))
                        ? List.of(Map.of("name", call.path("namespace"), "value", ""))
                        : List.of())),
        Route.of(
            "GET",
            "/apps/{app}/addons",
            call -> page(addons.list(call.caller(), call.path("app")))),
        Route.of("POST", "/apps/{app}/addons", CREATE, this::create),
        Route.of(
            "GET",
            "/apps/{app}/addons/{addon}",
            call ->
                Reply.ok(
                    json.addon(addons.find(call.caller(), call.path("app"), call.path("addon"))))),
        Route.of(
            "PATCH",
            "/apps/{app}/addons/{addon}",
            object(optional("plan", PLAN), optional("name", ADDON_NAME)),
            this::change),
        Route.of(
            "DELETE",
            "/apps/{app}/addons/{addon}",
            object(optional("force", bool())),
            this::destroy),
        Route.of(
            "POST",
            "/actions/addons/resolve",
            object(
                required("addon", REFERENCE),
                optional("app", new Shape.Nullable(REFERENCE)),
                optional("addon_service", text(100))),
            call ->
                Reply.ok(
                    addons
                        .resolve(
                            call.caller(), call.text("/addon").orElseThrow(), call.text("/app"))
                        .stream()
                        .map(json::addon)
                        .toList())));
  }

  private List<Route> attachmentRoutes() {
    return List.of(
        Route.of(
            "GET", "/addon-attachments", call -> attachmentPage(attachments.list(call.caller()))),
        Route.of("POST", "/addon-attachments", ATTACH, this::attach),
        Route.of(
            "GET",
            "/addon-attachments/{attachment}",
            call ->
                Reply.ok(
                    json.attachment(attachments.find(call.caller(), call.path("attachment"))))),
        Route.of(
            "DELETE",
            "/addon-attachments/{attachment}",
            call ->
                Reply.ok(
                    json.attachment(attachments.detach(call.caller(), call.path("attachment"))))),
        Route.of(
            "GET",
            "/apps/{app}/addon-attachments",
            call -> attachmentPage(attachments.list(call.caller(), call.path("app")))),
        Route.of(
            "GET",
            "/apps/{app}/addon-attachments/{attachment}",
            call ->
                Reply.ok(
                    json.attachment(
                        attachments.find(
                            call.caller(), call.path("app"), call.path("attachment"))))),
        Route.of(
            "POST",
            "/actions/addon-attachments/resolve",
            object(
                required("addon_attachment", REFERENCE),
                optional("app", new Shape.Nullable(REFERENCE)),
                optional("addon_service", text(100))),
            call ->
                Reply.ok(
                    attachments
                        .resolve(
                            call.caller(),
                            call.text("/addon_attachment").orElseThrow(),
                            call.text("/app"),
                            call.text("/addon_service"))
                        .stream()
                        .map(json::attachment)
                        .toList())));
  }

  private Reply create(Call call) {
    Map<String, String> options = new TreeMap<>();
    call.at("/config")
        .properties()
        .forEach(entry -> {
          if (!entry.getValue().isNull()) {
            options.put(entry.getKey(), entry.getValue().asString());
          }
        });
    Addons.View made =
        addons.create(
            call.caller(),
            call.path("app"),
            new Addons.Order(
                reference(call, "/plan"),
                call.text("/attachment/name"),
                call.text("/name"),
                options,
                call.text("/confirm"),
                call.requestId()));
    String message =
        made.addon().state() == Addon.State.PROVISIONED
            ? addons.provisionMessage(made.addon())
            : "";
    return Reply.created(json.addon(made, message));
  }

  private Reply change(Call call) {
    String app = call.path("app");
    String addon = call.path("addon");
    Optional<String> name = call.text("/name");
    if (call.at("/plan").isMissingNode() || call.at("/plan").isNull()) {
      return Reply.ok(
          json.addon(
              addons.rename(
                  call.caller(),
                  app,
                  addon,
                  name.orElseThrow(() -> ApiError.invalid("plan is missing.")))));
    }
    return Reply.ok(
        json.addon(addons.changePlan(call.caller(), app, addon, reference(call, "/plan")), ""));
  }

  private Reply destroy(Call call) {
    Addons.Removed removed =
        addons.destroy(
            call.caller(), call.path("app"), call.path("addon"), call.bool("/force").orElse(false));
    return Reply.ok(
        json.addon(removed.view(), removed.finished() ? "deprovisioned" : "deprovisioning", ""));
  }

  private Reply attach(Call call) {
    return Reply.created(
        json.attachment(
            attachments.attach(
                call.caller(),
                reference(call, "/app"),
                reference(call, "/addon"),
                call.text("/name"),
                call.text("/namespace"),
                call.text("/confirm"))));
  }

  private static String reference(Call call, String pointer) {
    return call.text(pointer).or(() -> call.text(pointer + "/name")).orElseThrow();
  }

  private Reply page(List<Addons.View> views) {
    return Reply.page(
        views.stream().map(json::addon).toList(),
        Reply.by("id", AddonJson.AddonItem::id),
        Reply.by("name", AddonJson.AddonItem::name));
  }

  private Reply attachmentPage(List<Attachments.View> views) {
    return Reply.page(
        views.stream().map(json::attachment).toList(),
        Reply.by("id", AddonJson.AttachmentItem::id),
        Reply.by("name", AddonJson.AttachmentItem::name));
  }
}
