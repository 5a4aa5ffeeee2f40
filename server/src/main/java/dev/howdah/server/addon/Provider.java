package dev.howdah.server.addon;

import dev.howdah.server.operation.Operation;
import dev.howdah.server.platform.Caller;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jdbi.v3.core.Handle;

/** Carries an add-on service out. The marketplace knows names and attachments, and nothing else. */
public interface Provider {
  /** The service's name, such as {@code heroku-postgresql}. */
  String service();

  /** The service's name for people. */
  String humanName();

  /** What add-on names begin with, such as {@code postgresql}. */
  String namePrefix();

  /** What the names of attachments begin with, such as {@code HEROKU_POSTGRESQL}. */
  String attachmentPrefix();

  /** The name under which the first add-on of an app is attached besides, such as DATABASE. */
  String primaryAttachment();

  /** The plans, cheapest first. */
  List<Plan> plans();

  /** Refuses a plan or options that cannot be provided, before anything is recorded. */
  void check(Plan plan, Map<String, String> options);

  /**
   * The making of an add-on.
   *
   * @param operation that makes it
   * @param promised whether its values are final already and may be handed out while it is being
   *     made
   */
  record Provision(Operation operation, boolean promised) {}

  /** Records the operation that makes {@code addon}, in the transaction that records the add-on. */
  Provision provision(Handle handle, Addon addon, Map<String, String> options, Caller by);

  /** Records the operation that removes {@code addon}. */
  Operation deprovision(Handle handle, Addon addon, Caller by);

  /** Records the operation that moves {@code addon} to {@code plan}. */
  Operation changePlan(Handle handle, Addon addon, Plan plan, Caller by);

  /** What the names of an attachment's config vars end in, such as {@code URL}. */
  List<String> suffixes();

  /** The values behind a namespace of the add-on by suffix, such as {@code URL}. */
  SortedMap<String, String> values(Handle handle, Addon addon, String namespace);

  /** Whether an attachment may use {@code namespace}. */
  boolean hasNamespace(Handle handle, Addon addon, String namespace);

  /** Further vars that the primary attachment brings, such as JDBC_DATABASE_URL. */
  SortedMap<String, String> derived(String attachment, SortedMap<String, String> values);

  /** What to tell the one who made it. */
  String provisionMessage(Handle handle, Addon addon);
}
