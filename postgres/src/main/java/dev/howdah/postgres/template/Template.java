package dev.howdah.postgres.template;

import java.nio.file.Path;
import java.util.List;

/**
 * A prepared data directory, shut down in good order, never started itself.
 *
 * @param data the data directory
 */
public record Template(Path data) {

  /** The name the tenant's database has before a cluster is provisioned. */
  public static final String DATABASE = "howdah_unnamed";

  /** The name the role that owns it has before a cluster is provisioned. */
  public static final String OWNER = "howdah_unnamed";

  /** The role every login of the tenant is a member of; access rules go by it. */
  public static final String TENANT = "howdah_tenant";

  /** The role of logins that were replaced. */
  public static final String RETIRED = "howdah_retired";

  /** The role of logins under restriction. */
  public static final String RESTRICTED = "howdah_restricted";

  /**
   * The statements that let PostgreSQL say which extensions a plan does not offer, for a database
   * that lost them on the way to another version.
   */
  public static List<String> explainedRefusal() {
    return Furniture.explainedRefusal();
  }
}
