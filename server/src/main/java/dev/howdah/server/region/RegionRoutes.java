package dev.howdah.server.region;

import dev.howdah.server.platform.ApiError;
import dev.howdah.server.platform.Reply;
import dev.howdah.server.platform.Route;
import dev.howdah.server.platform.Wire;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * The regions of this installation. A region is a label of hosts, so what the Platform API tells of
 * a country or a cloud provider is left out.
 */
public final class RegionRoutes {
  private static final Instant INTRODUCED = Instant.parse("2026-11-23T00:00:00Z");

  private final List<RegionJson> regions;

  /** Routes that list {@code regions}. */
  public RegionRoutes(List<String> regions) {
    this.regions =
        regions.stream()
            .map(name ->
                new RegionJson(
                    INTRODUCED,
                    description(name),
                    Wire.idOf("region", name),
                    name,
                    false,
                    INTRODUCED))
            .toList();
  }

  /** The endpoints. */
  public List<Route> routes() {
    return List.of(
        Route.of(
            "GET",
            "/regions",
            call ->
                Reply.page(
                    regions, Reply.by("id", RegionJson::id), Reply.by("name", RegionJson::name))),
        Route.of("GET", "/regions/{region}", call -> Reply.ok(find(call.path("region")))));
  }

  /** The two regions of the book by their names (B3.3), an operator's own label as what it is. */
  private static String description(String name) {
    return switch (name) {
      case "us" -> "United States";
      case "eu" -> "Europe";
      default -> "Hosts labelled " + name;
    };
  }

  private RegionJson find(String reference) {
    return regions.stream()
        .filter(
            region -> region.name().equals(reference) || region.id().toString().equals(reference))
        .findFirst()
        .orElseThrow(() -> ApiError.notFound("region", "Couldn't find that region."));
  }

  private record RegionJson(
      Instant createdAt,
      String description,
      UUID id,
      String name,
      boolean privateCapable,
      Instant updatedAt) {}
}
