package dev.howdah.server.addon;

import dev.howdah.server.platform.ApiError;
import java.util.List;

/** The services there are, and their plans. */
public final class Marketplace {
  private final List<Provider> providers;

  /** A marketplace of these services. */
  public Marketplace(List<Provider> providers) {
    this.providers = List.copyOf(providers);
  }

  /** Every service. */
  public List<Provider> providers() {
    return providers;
  }

  /** The service of that name. */
  public Provider provider(String service) {
    return providers.stream()
        .filter(provider -> provider.service().equals(service))
        .findFirst()
        .orElseThrow(() ->
            ApiError.notFound(
                "addon_service", "Couldn't find either the add-on service or the add-on plan."));
  }

  /** The plan that {@code reference} names: {@code service} or {@code service:plan}, or its id. */
  public Plan plan(String reference) {
    int colon = reference.indexOf(':');
    String service = colon < 0 ? reference : reference.substring(0, colon);
    String plan = colon < 0 ? "" : reference.substring(colon + 1);
    return providers.stream()
        .flatMap(provider -> provider.plans().stream())
        .filter(candidate ->
            candidate.id().toString().equals(reference)
                || (candidate.service().equals(service)
                    && (plan.isEmpty() ? candidate.isDefault() : candidate.name().equals(plan))))
        .findFirst()
        .orElseThrow(() ->
            // The stock CLI appends the list of plans to a message that begins so (§2.4).
            ApiError.invalid(
                "Couldn't find either the add-on service or the add-on plan of \""
                    + reference
                    + "\"."));
  }
}
