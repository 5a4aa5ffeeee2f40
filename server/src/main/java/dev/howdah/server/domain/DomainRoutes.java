package dev.howdah.server.domain;

import dev.howdah.server.app.App;
import dev.howdah.server.app.Apps;
import dev.howdah.server.platform.ApiError;
import dev.howdah.server.platform.Call;
import dev.howdah.server.platform.Reply;
import dev.howdah.server.platform.Route;
import dev.howdah.server.platform.Wire;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The host names of an app: in this release the one it has from its name. */
public final class DomainRoutes {
  private final Apps apps;
  private final String webDomain;

  /** Routes for the apps of {@code apps}, which answer below {@code webDomain}. */
  public DomainRoutes(Apps apps, String webDomain) {
    this.apps = apps;
    this.webDomain = webDomain;
  }

  /** The endpoints. */
  public List<Route> routes() {
    return List.of(
        Route.of(
            "GET",
            "/apps/{app}/domains",
            call ->
                Reply.page(
                    List.of(own(call)),
                    Reply.by("hostname", DomainJson::hostname),
                    Reply.by("id", DomainJson::id))),
        Route.of("GET", "/apps/{app}/domains/{domain}", call -> Reply.ok(find(call))));
  }

  private DomainJson find(Call call) {
    DomainJson own = own(call);
    if (own.hostname().equals(call.path("domain"))
        || own.id().toString().equals(call.path("domain"))) {
      return own;
    }
    throw ApiError.notFound("domain", "Couldn't find that domain name.");
  }

  private DomainJson own(Call call) {
    App app = apps.find(call.caller(), call.path("app"));
    return new DomainJson(
        null,
        null,
        new AppReference(app.id(), app.name()),
        null,
        app.createdAt(),
        app.name() + "." + webDomain,
        Wire.idOf("domain", app.id().toString()),
        "heroku",
        null,
        "none",
        app.updatedAt());
  }

  private record DomainJson(
      @Nullable String acmStatus,
      @Nullable String acmStatusReason,
      AppReference app,
      @Nullable String cname,
      Instant createdAt,
      String hostname,
      UUID id,
      String kind,
      @Nullable Object sniEndpoint,
      String status,
      Instant updatedAt) {}

  private record AppReference(UUID id, String name) {}
}
