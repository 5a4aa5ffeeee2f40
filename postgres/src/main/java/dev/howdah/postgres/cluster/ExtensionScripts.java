package dev.howdah.postgres.cluster;

import dev.howdah.postgres.os.OwnedFiles;
import dev.howdah.postgres.os.ServerAccount;
import java.nio.file.Path;
import java.util.List;

/**
 * What pgextwlist runs, as superuser, around a {@code CREATE EXTENSION} or {@code ALTER EXTENSION …
 * UPDATE} of a tenant. Objects of an extension belong to the superuser; these grant the owner what
 * it needs of them and no more. The directory is ours, and only read by servers.
 *
 * <p>pgextwlist puts names in place of {@code @extschema@} and {@code @database_owner@} as they
 * are, and a schema's name is the tenant's to choose. It refuses those with a quote, a dollar sign
 * or a backslash; within double quotes nothing else can leave its place.
 */
final class ExtensionScripts {

  private static final String AFTER_CREATE = "after-create.sql";
  private static final String BEFORE_CREATE = "before-create.sql";
  private static final String BEFORE_CREATE_UNPACKAGED = "before--unpackaged.sql";
  private static final String BEFORE_UPDATE = "before-update.sql";

  /**
   * Scripts of extensions outside the trusted set were not written for a database in which somebody
   * else may have put functions or operators of the same names, and would call those as superuser.
   * So nothing of that kind may be there, and nothing may arrive while the script runs: new ones
   * wait for our locks, and transactions that made some before are waited for, since a lock on a
   * catalogue is not kept until the end of a transaction. An extension of version {@code
   * unpackaged} is made of whatever the tenant has put there.
   *
   * <p>Names are spelt out in full, because the session's search path is the tenant's.
   */
  private static final String REFUSE_PLANTED =
      """
      DO $howdah$
      DECLARE
        others pg_catalog.xid[];
      BEGIN
        IF pg_catalog.current_setting('transaction_isolation')
          OPERATOR(pg_catalog.<>) 'read committed'
        THEN
          RAISE EXCEPTION 'this extension can be created and updated in a transaction of isolation level READ COMMITTED only';
        END IF;
        IF EXISTS (
          SELECT FROM pg_catalog.pg_extension e
          WHERE e.extversion OPERATOR(pg_catalog.=) 'unpackaged')
        THEN
          RAISE EXCEPTION 'an extension cannot be made of objects that are there already';
        END IF;
        LOCK TABLE pg_catalog.pg_proc, pg_catalog.pg_operator, pg_catalog.pg_cast,
          pg_catalog.pg_type IN SHARE ROW EXCLUSIVE MODE;
        others := ARRAY(
          SELECT l.transactionid FROM pg_catalog.pg_locks l
          WHERE l.locktype OPERATOR(pg_catalog.=) 'transactionid'
            AND l.mode OPERATOR(pg_catalog.=) 'ExclusiveLock' AND l.granted
            AND l.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid());
        FOR i IN 1..100 LOOP
          IF NOT EXISTS (
            SELECT FROM pg_catalog.pg_locks l
            WHERE l.locktype OPERATOR(pg_catalog.=) 'transactionid'
              AND l.mode OPERATOR(pg_catalog.=) 'ExclusiveLock' AND l.granted
              AND l.transactionid OPERATOR(pg_catalog.=) ANY (others))
          THEN
            others := NULL;
            EXIT;
          END IF;
          PERFORM pg_catalog.pg_sleep(0.1);
        END LOOP;
        IF others IS NOT NULL THEN
          RAISE EXCEPTION 'this extension cannot be created or updated while other transactions write; try again when they are done';
        END IF;
        IF EXISTS (
            SELECT FROM pg_catalog.pg_operator o
            WHERE o.oprowner OPERATOR(pg_catalog.<>) 10::pg_catalog.oid)
          OR EXISTS (
            SELECT FROM pg_catalog.pg_cast c
            WHERE c.oid OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid
              AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_cast'::pg_catalog.regclass
                  AND d.objid OPERATOR(pg_catalog.=) c.oid
                  AND d.deptype OPERATOR(pg_catalog.=) 'e'))
          OR EXISTS (
            SELECT FROM pg_catalog.pg_proc p
            WHERE p.proowner OPERATOR(pg_catalog.<>) 10::pg_catalog.oid
              AND (p.proname OPERATOR(pg_catalog.~*) '^_?(st_|postgis|pgis_|geog|geom|gserialized|gidx|box[23]d|spheroid|overlaps_|contains_|is_contained_|equals|find_srid|get_proj4|lockrow|unlockrows|populate_|(add|drop|update|enable|disable|check|get|find|remove|copy|create|validate)_?(geom|auth|long|transaction|raster|overview|topo|edge|face|node|ring|layer|constraint)|longtransaction|raster|topo|totopo|asgml|astopo|standardize|normalize|parse_address|geocode|reverse_geocode|tiger|loader_|missing_indexes|install_)'
                OR EXISTS (SELECT FROM pg_catalog.pg_proc b
                  WHERE b.proname OPERATOR(pg_catalog.=) p.proname
                    AND b.proowner OPERATOR(pg_catalog.=) 10::pg_catalog.oid)))
          OR EXISTS (
            SELECT FROM pg_catalog.pg_type t
            WHERE t.typowner OPERATOR(pg_catalog.<>) 10::pg_catalog.oid
              AND t.typname OPERATOR(pg_catalog.~*) '^(spatial_ref_sys|(geometry|geography|raster)(_columns|_overviews|_dump)?|box[23]df?|gidx|spheroid|valid_detail|topogeometry|topoelement.*|validatetopology.*|getfaceedges.*|norm_addy|stdaddr|pagc_.*|us_(lex|gaz|rules))$')
        THEN
          RAISE EXCEPTION 'this extension cannot be created or updated while the database has operators, casts, functions or tables of its own that are named like PostgreSQL''s or like the extension''s';
        END IF;
      END $howdah$;
      """;

  private static final String REFUSE_UNPACKAGED =
      """
      DO $howdah$ BEGIN
        RAISE EXCEPTION 'an extension cannot be made of objects that are there already';
      END $howdah$;
      """;

  private static final List<String> UNTRUSTED_SCRIPTS =
      List.of(
          "postgis",
          "postgis_raster",
          "postgis_topology",
          "postgis_sfcgal",
          "postgis_tiger_geocoder",
          "address_standardizer",
          "address_standardizer_data_us");

  private ExtensionScripts() {}

  /** Writes the scripts into a directory. */
  static void writeTo(Path directory) {
    OwnedFiles.directory(directory, ServerAccount.current(), "rwxr-xr-x");
    write(
        directory,
        "postgres_fdw",
        AFTER_CREATE,
        "GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO \"@database_owner@\";\n");
    write(
        directory,
        "dblink",
        AFTER_CREATE,
        "GRANT USAGE ON FOREIGN DATA WRAPPER dblink_fdw TO \"@database_owner@\";\n");
    // For a tenant who dropped the one that every database begins with.
    write(
        directory,
        "pg_stat_statements",
        AFTER_CREATE,
        "GRANT EXECUTE ON FUNCTION \"@extschema@\".pg_stat_statements_reset TO \"@database_owner@\";\n");
    for (String extension : UNTRUSTED_SCRIPTS) {
      write(directory, extension, BEFORE_CREATE, REFUSE_PLANTED);
      write(directory, extension, BEFORE_CREATE_UNPACKAGED, REFUSE_UNPACKAGED);
      write(directory, extension, BEFORE_UPDATE, REFUSE_PLANTED);
    }
    // A restored dump brings its own reference systems.
    write(
        directory,
        "postgis",
        AFTER_CREATE,
        "GRANT INSERT, UPDATE, DELETE ON \"@extschema@\".spatial_ref_sys TO \"@database_owner@\";\n");
  }

  private static void write(Path directory, String extension, String script, String text) {
    Path own = directory.resolve(extension);
    OwnedFiles.directory(own, ServerAccount.current(), "rwxr-xr-x");
    OwnedFiles.writePublic(own.resolve(script), text);
  }
}
