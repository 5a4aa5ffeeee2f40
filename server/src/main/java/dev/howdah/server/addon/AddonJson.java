package dev.howdah.server.addon;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The marketplace on the wire. Every answer is expanded: clients that did not ask skip it. */
final class AddonJson {
  /** Services and plans are part of the release; they have no times of their own. */
  private static final Instant RELEASED = Instant.parse("2026-11-23T00:00:00Z");

  private final String webUrl;

  AddonJson(String webUrl) {
    this.webUrl = webUrl;
  }

  record Named(UUID id, String name) {}

  record Price(int cents, boolean contract, String unit, boolean metered) {}

  record BilledPrice(int cents, boolean contract, String unit) {}

  record BillingEntity(UUID id, String name, String type) {}

  record Service(
      @Nullable String cliPluginName,
      Instant createdAt,
      String humanName,
      UUID id,
      String name,
      String state,
      boolean supportsMultipleInstallations,
      boolean supportsSharing,
      Instant updatedAt,
      List<Named> supportedGenerations) {}

  record PlanJson(
      Named addonService,
      Instant createdAt,
      @Nullable List<String> compliance,
      @JsonProperty("default") boolean isDefault,
      String description,
      String humanName,
      UUID id,
      boolean installableInsidePrivateNetwork,
      boolean installableOutsidePrivateNetwork,
      String name,
      Price price,
      boolean spaceDefault,
      String state,
      Instant updatedAt,
      boolean visible) {}

  record AddonItem(
      List<String> actions,
      Named addonService,
      BillingEntity billingEntity,
      Named app,
      BilledPrice billedPrice,
      List<String> configVars,
      Instant createdAt,
      UUID id,
      String name,
      PlanJson plan,
      String providerId,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) String provisionMessage,
      String state,
      Instant updatedAt,
      @Nullable String webUrl) {}

  record AttachedAddon(UUID id, String name, Named app, PlanJson plan) {}

  record AttachmentItem(
      AttachedAddon addon,
      Named app,
      List<String> configVars,
      Instant createdAt,
      UUID id,
      String name,
      @Nullable String namespace,
      Instant updatedAt,
      @Nullable String webUrl,
      @Nullable String logInputUrl) {}

  Service service(Provider provider) {
    return new Service(
        null,
        RELEASED,
        provider.humanName(),
        id("service", provider.service()),
        provider.service(),
        "ga",
        true,
        true,
        RELEASED,
        List.of());
  }

  PlanJson plan(Plan plan) {
    return new PlanJson(
        new Named(id("service", plan.service()), plan.service()),
        RELEASED,
        null,
        plan.isDefault(),
        plan.description(),
        plan.humanName(),
        plan.id(),
        false,
        true,
        plan.fullName(),
        new Price(plan.cents(), false, "month", false),
        false,
        "ga",
        RELEASED,
        true);
  }

  AddonItem addon(Addons.View view) {
    return addon(view, "");
  }

  AddonItem addon(Addons.View view, String provisionMessage) {
    return addon(view, view.addon().state().text(), provisionMessage);
  }

  AddonItem addon(Addons.View view, String state, String provisionMessage) {
    Addon addon = view.addon();
    Named app = new Named(addon.appId(), addon.appName());
    return new AddonItem(
        List.of(),
        new Named(id("service", addon.service()), addon.service()),
        new BillingEntity(addon.appId(), addon.appName(), "app"),
        app,
        new BilledPrice(view.plan().cents(), false, "month"),
        view.configVars(),
        addon.createdAt(),
        addon.id(),
        addon.name(),
        plan(view.plan()),
        addon.id().toString(),
        provisionMessage,
        state,
        addon.updatedAt(),
        webUrl);
  }

  AttachmentItem attachment(Attachments.View view) {
    Attachment attachment = view.attachment();
    Addon addon = attachment.addon();
    return new AttachmentItem(
        new AttachedAddon(
            addon.id(), addon.name(), new Named(addon.appId(), addon.appName()), plan(view.plan())),
        new Named(attachment.appId(), attachment.appName()),
        view.configVars(),
        attachment.createdAt(),
        attachment.id(),
        attachment.name(),
        attachment.namespace().orElse(null),
        attachment.updatedAt(),
        webUrl,
        null);
  }

  private static UUID id(String kind, String name) {
    return UUID.nameUUIDFromBytes((kind + "/" + name).getBytes(StandardCharsets.UTF_8));
  }
}
