package dev.howdah.server.feature;

import static dev.howdah.server.platform.Shape.bool;
import static dev.howdah.server.platform.Shape.object;
import static dev.howdah.server.platform.Shape.required;

import dev.howdah.server.platform.Call;
import dev.howdah.server.platform.Reply;
import dev.howdah.server.platform.Route;
import dev.howdah.server.platform.Shape;
import java.util.List;

/** Features of the account and of apps, as {@code features} and {@code labs} ask for them. */
public final class FeatureRoutes {
  private static final Shape CHANGE = object(required("enabled", bool()));

  private final Features features;

  /** Routes over {@code features}. */
  public FeatureRoutes(Features features) {
    this.features = features;
  }

  /** The endpoints. */
  public List<Route> routes() {
    return List.of(
        Route.of("GET", "/account/features", call -> page(features.ofAccount(call.caller()))),
        Route.of(
            "GET",
            "/account/features/{feature}",
            call -> one(features.ofAccount(call.caller(), call.path("feature")))),
        Route.of(
            "PATCH",
            "/account/features/{feature}",
            CHANGE,
            call ->
                one(features.setForAccount(call.caller(), call.path("feature"), enabled(call)))),
        Route.of(
            "GET",
            "/apps/{app}/features",
            call -> page(features.ofApp(call.caller(), call.path("app")))),
        Route.of(
            "GET",
            "/apps/{app}/features/{feature}",
            call -> one(features.ofApp(call.caller(), call.path("app"), call.path("feature")))),
        Route.of(
            "PATCH",
            "/apps/{app}/features/{feature}",
            CHANGE,
            call ->
                one(
                    features.setForApp(
                        call.caller(), call.path("app"), call.path("feature"), enabled(call)))));
  }

  private static boolean enabled(Call call) {
    return call.bool("/enabled").orElseThrow();
  }

  private static Reply page(List<Feature.Setting> settings) {
    return Reply.page(
        settings.stream().map(FeatureJson::of).toList(),
        Reply.by("id", FeatureJson::id),
        Reply.by("name", FeatureJson::name));
  }

  private static Reply one(Feature.Setting setting) {
    return Reply.ok(FeatureJson.of(setting));
  }
}
