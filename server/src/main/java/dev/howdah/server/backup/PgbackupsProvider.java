package dev.howdah.server.backup;

import dev.howdah.server.addon.Addon;
import dev.howdah.server.addon.Plan;
import dev.howdah.server.addon.Provider;
import dev.howdah.server.operation.Operation;
import dev.howdah.server.operation.Operations;
import dev.howdah.server.platform.ApiError;
import dev.howdah.server.platform.Caller;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/** The add-on of 2015 (B4.1–B4.4): its plan decides how many backups an app keeps. */
public final class PgbackupsProvider implements Provider {
  /** The service's name. */
  public static final String SERVICE = "pgbackups";

  private final Operations operations;
  private final String publicUrl;

  /** The add-on of a server that is reached at {@code publicUrl}. */
  public PgbackupsProvider(Operations operations, String publicUrl) {
    this.operations = operations;
    this.publicUrl = publicUrl;
  }

  @Override
  public String service() {
    return SERVICE;
  }

  @Override
  public String humanName() {
    return "PG Backups";
  }

  @Override
  public String namePrefix() {
    return SERVICE;
  }

  @Override
  public String attachmentPrefix() {
    return "PGBACKUPS";
  }

  @Override
  public String primaryAttachment() {
    return "PGBACKUPS";
  }

  @Override
  public List<Plan> plans() {
    return List.of(
        plan("plus", "Plus", true),
        plan("auto-month", "Auto - One Month Retention", false),
        plan("auto-week", "Auto - One Week Retention", false));
  }

  private static Plan plan(String name, String humanName, boolean isDefault) {
    return new Plan(SERVICE, name, humanName, "PG Backups " + humanName, 0, isDefault);
  }

  @Override
  public void check(Plan plan, Map<String, String> options) {
    if (!options.isEmpty()) {
      throw ApiError.invalid("pgbackups has no options.");
    }
  }

  @Override
  public Provision provision(Handle handle, Addon addon, Map<String, String> options, Caller by) {
    return new Provision(
        operations.submit(handle, PgbackupsProcedures.INSTALL, addon.id(), input(by)), false);
  }

  @Override
  public Operation deprovision(Handle handle, Addon addon, Caller by) {
    operations.supersede(handle, addon.id(), "The add-on was removed.");
    return operations.submit(handle, PgbackupsProcedures.REMOVE, addon.id(), input(by));
  }

  @Override
  public Operation changePlan(Handle handle, Addon addon, Plan plan, Caller by) {
    var input = new TreeMap<String, Object>(input(by));
    input.put("to", plan.name());
    return operations.submit(handle, PgbackupsProcedures.CHANGE_PLAN, addon.id(), input);
  }

  private static Map<String, Object> input(Caller by) {
    return Map.of("by", by.accountId(), "email", by.email());
  }

  @Override
  public List<String> suffixes() {
    return List.of("URL");
  }

  @Override
  public SortedMap<String, String> values(Handle handle, Addon addon, String namespace) {
    return new TreeMap<>(Map.of("URL", publicUrl + "/client"));
  }

  @Override
  public boolean hasNamespace(Handle handle, Addon addon, String namespace) {
    return namespace.isEmpty();
  }

  @Override
  public SortedMap<String, String> derived(String attachment, SortedMap<String, String> values) {
    return new TreeMap<>();
  }

  @Override
  public String provisionMessage(Handle handle, Addon addon) {
    return """
    You can now use "pgbackups" to backup your databases or import an
    external backup.\
    """;
  }
}
