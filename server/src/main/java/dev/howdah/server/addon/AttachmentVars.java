package dev.howdah.server.addon;

import dev.howdah.server.platform.ApiError;
import dev.howdah.server.release.AttachedVars;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** The config vars that attachments bring: {@code <NAME>_URL} and what follows from the primary. */
public final class AttachmentVars implements AttachedVars {
  private final Marketplace marketplace;
  private final AttachmentNames names;
  private final InstantSource clock;
  private final AddonStore store = new AddonStore();

  /** Vars of the add-ons of {@code marketplace}. */
  public AttachmentVars(Marketplace marketplace, AttachmentNames names, InstantSource clock) {
    this.marketplace = marketplace;
    this.names = names;
    this.clock = clock;
  }

  @Override
  public SortedMap<String, String> of(Handle handle, UUID appId) {
    var vars = new TreeMap<String, String>();
    for (Attachment attachment : store.attachmentsOfApp(handle, appId)) {
      vars.putAll(of(handle, attachment));
    }
    return vars;
  }

  /** The vars of one attachment. None until its add-on is provisioned. */
  SortedMap<String, String> of(Handle handle, Attachment attachment) {
    var vars = new TreeMap<String, String>();
    if (attachment.addon().state() != Addon.State.PROVISIONED) {
      return vars;
    }
    Provider provider = marketplace.provider(attachment.addon().service());
    SortedMap<String, String> values =
        provider.values(handle, attachment.addon(), attachment.namespace().orElse(""));
    values.forEach((suffix, value) -> vars.put(attachment.name() + "_" + suffix, value));
    if (attachment.name().equals(provider.primaryAttachment())) {
      vars.putAll(provider.derived(attachment.name(), values));
    }
    return vars;
  }

  @Override
  public List<String> plans(Handle handle, UUID appId) {
    return store.ofApp(handle, appId).stream()
        .filter(addon -> addon.state() == Addon.State.PROVISIONED)
        .map(Addon::fullPlan)
        .sorted()
        .toList();
  }

  @Override
  public void override(Handle handle, UUID appId, String name) {
    Attachment primary =
        store.attachmentsOfApp(handle, appId).stream()
            .filter(attachment -> name.equals(attachment.name() + "_URL"))
            .filter(attachment ->
                attachment
                    .name()
                    .equals(marketplace.provider(attachment.addon().service()).primaryAttachment()))
            .findFirst()
            .orElseThrow(() ->
                ApiError.invalid(
                    "Cannot overwrite attachment values "
                        + name
                        + ". Detach or destroy the add-on that sets it first."));
    // The database must stay reachable under another name of its own before DATABASE is given away.
    boolean otherName =
        store.attachmentsOfApp(handle, appId).stream()
            .anyMatch(other ->
                other.addon().id().equals(primary.addon().id())
                    && !other.id().equals(primary.id()));
    if (!otherName) {
      store.insert(
          handle,
          new Attachment(
              UUID.randomUUID(),
              primary.addon(),
              appId,
              primary.appName(),
              names.colour(
                  marketplace.provider(primary.addon().service()),
                  store.attachmentsOfApp(handle, appId)),
              Optional.empty(),
              clock.instant(),
              clock.instant()));
    }
    store.deleteAttachment(handle, primary.id());
  }
}
