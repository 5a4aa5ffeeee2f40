package dev.howdah.cli.pg;

/**
 * A database as one app sees it.
 *
 * @param app the app it was looked up on
 * @param addonId the add-on's UUID
 * @param addonName the add-on's global name
 * @param addonApp the app that owns the add-on
 * @param plan {@code heroku-postgresql:hobby-dev}
 * @param attachment {@code HEROKU_POSTGRESQL_GOLD}
 * @param configVar {@code HEROKU_POSTGRESQL_GOLD_URL}
 * @param primary whether {@code DATABASE_URL} is this database
 * @param url its connection URL; empty while it is being made
 */
public record Database(
    String app,
    String addonId,
    String addonName,
    String addonApp,
    String plan,
    String attachment,
    String configVar,
    boolean primary,
    String url) {

  /** How the database is called to people: {@code HEROKU_POSTGRESQL_GOLD_URL (DATABASE_URL)}. */
  public String displayName() {
    return primary && !configVar.equals("DATABASE_URL") ? configVar + " (DATABASE_URL)" : configVar;
  }

  /** {@code GOLD}. */
  public String shortName() {
    String prefix = "HEROKU_POSTGRESQL_";
    return attachment.startsWith(prefix) ? attachment.substring(prefix.length()) : attachment;
  }

  /** The plan without the service: {@code hobby-dev}. */
  public String planName() {
    return plan.substring(plan.indexOf(':') + 1);
  }

  /** Whether the plan is one of the small ones, which cannot be forked, followed or rolled back. */
  public boolean isHobby() {
    String name = planName();
    return name.startsWith("hobby")
        || name.startsWith("essential")
        || name.equals("dev")
        || name.equals("basic")
        || name.equals("mini");
  }
}
