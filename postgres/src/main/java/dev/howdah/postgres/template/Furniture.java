package dev.howdah.postgres.template;

import java.util.List;

/**
 * What every new cluster holds before its tenant arrives. Laid once into the template, so that a
 * new database costs a copy and two renames.
 */
final class Furniture {

  private Furniture() {}

  /**
   * Roles are shared by all databases of a cluster. What the monitoring role asks every minute is
   * not for the tenant's log and statistics; and policies, which are a tenant's code, neither run
   * nor hide rows when it counts them.
   */
  private static final String ROLES =
      """
      CREATE ROLE howdah_monitor LOGIN BYPASSRLS;

      GRANT pg_monitor TO howdah_monitor;

      ALTER ROLE howdah_monitor SET log_statement = 'none';

      ALTER ROLE howdah_monitor SET log_min_duration_statement = -1;

      ALTER ROLE howdah_monitor SET pg_stat_statements.track = 'none';

      ALTER ROLE howdah_monitor SET auto_explain.log_min_duration = -1;

      CREATE ROLE howdah_tenant NOLOGIN;

      CREATE ROLE howdah_retired NOLOGIN;

      CREATE ROLE howdah_restricted NOLOGIN;

      CREATE ROLE howdah_unnamed LOGIN CONNECTION LIMIT 0;

      GRANT pg_monitor, pg_read_all_settings, pg_read_all_stats, pg_signal_backend TO howdah_unnamed;

      REVOKE ALL ON DATABASE template1 FROM PUBLIC;

      REVOKE ALL ON DATABASE postgres FROM PUBLIC;

      GRANT CONNECT ON DATABASE postgres TO howdah_monitor;

      """;

  /** Before version 14 there is no role that reads everything, and rows cannot be counted. */
  private static final String READ_ALL = "GRANT pg_read_all_data TO howdah_monitor;\n\n";

  /**
   * Into template1, so that a database that is reset gets it again. Large objects escape table
   * privileges, so making them is for the owner only. The function of schema _heroku runs with the
   * rights of its caller: a tenant may drop the extension and plant a function of that name.
   */
  private static final String DATABASE_CONTENT =
      """
      REVOKE ALL ON SCHEMA public FROM PUBLIC;

      REVOKE EXECUTE ON FUNCTION
        pg_catalog.lo_creat(integer), pg_catalog.lo_create(oid), pg_catalog.lo_from_bytea(oid, bytea)
        FROM PUBLIC;

      GRANT EXECUTE ON FUNCTION
        pg_catalog.lo_creat(integer), pg_catalog.lo_create(oid), pg_catalog.lo_from_bytea(oid, bytea)
        TO howdah_unnamed;

      CREATE EXTENSION pg_stat_statements SCHEMA public;

      DO $$ DECLARE f regprocedure; BEGIN
        FOR f IN SELECT oid FROM pg_catalog.pg_proc WHERE proname = 'pg_stat_statements_reset' LOOP
          EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION %s TO howdah_unnamed', f);
        END LOOP;
      END $$;

      CREATE SCHEMA _heroku;

      GRANT USAGE ON SCHEMA _heroku TO howdah_unnamed;

      CREATE FUNCTION _heroku.pg_stat_statements_reset() RETURNS void
      LANGUAGE plpgsql SECURITY INVOKER AS $$ BEGIN
        EXECUTE (SELECT pg_catalog.format('SELECT %I.pg_stat_statements_reset()', n.nspname)
          FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
          WHERE e.extname = 'pg_stat_statements');
      END $$;

      REVOKE EXECUTE ON FUNCTION _heroku.pg_stat_statements_reset() FROM PUBLIC;

      GRANT EXECUTE ON FUNCTION _heroku.pg_stat_statements_reset() TO howdah_unnamed;

      """;

  /**
   * PostgreSQL refuses an extension that the plan does not offer with "Must be superuser"; this
   * says what the matter is. It refuses nothing else: what pgextwlist lets through runs as
   * superuser. As members of an extension that every database has, function and trigger are in
   * nobody's dump.
   */
  private static final String EXPLAINED_REFUSAL =
      """
      CREATE FUNCTION _heroku.explain_refusal() RETURNS event_trigger
      LANGUAGE plpgsql SET search_path = pg_catalog AS $$ DECLARE
        wanted text := (regexp_match(current_query(),
          '\\mcreate\\s+extension\\s+(?:if\\s+not\\s+exists\\s+)?"?([\\w-]+)"?', 'i'))[1];
      BEGIN
        IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
          AND wanted <> ALL (string_to_array(current_setting('extwlist.extensions', true), ','))
        THEN
          RAISE EXCEPTION 'extension "%" is not offered on the plan of this database', wanted
            USING ERRCODE = 'insufficient_privilege',
              HINT = 'SHOW extwlist.extensions tells what is; addons:upgrade changes the plan.';
        END IF;
      END $$;

      CREATE EVENT TRIGGER howdah_explain_refusal ON ddl_command_start
        WHEN TAG IN ('CREATE EXTENSION') EXECUTE FUNCTION _heroku.explain_refusal();

      ALTER EXTENSION plpgsql ADD FUNCTION _heroku.explain_refusal();

      ALTER EXTENSION plpgsql ADD EVENT TRIGGER howdah_explain_refusal;

      """;

  /** The same, one statement each, for a database that may have lost some of it. */
  static List<String> explainedRefusal() {
    return List.of(
        EXPLAINED_REFUSAL
            .replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
            .strip()
            // An empty line ends each.
            .split("\n\n", -1));
  }

  /** From version 15 on the schema belongs to the database's owner by itself. */
  private static final String OLD_PUBLIC_SCHEMA =
      "ALTER SCHEMA public OWNER TO howdah_unnamed;\n\n";

  private static final String TENANT_DATABASE =
      """
      CREATE DATABASE howdah_unnamed OWNER howdah_unnamed;

      REVOKE ALL ON DATABASE howdah_unnamed FROM PUBLIC;

      GRANT CONNECT ON DATABASE howdah_unnamed TO howdah_tenant, howdah_monitor;

      """;

  /** The statements, to be run in template1; an empty line ends each. */
  static String statements(int major) {
    return String.join(
        "",
        List.of(
            ROLES,
            major >= 14 ? READ_ALL : "",
            DATABASE_CONTENT,
            EXPLAINED_REFUSAL,
            major < 15 ? OLD_PUBLIC_SCHEMA : "",
            TENANT_DATABASE));
  }
}
