package dev.howdah.postgres.cluster;

import dev.howdah.postgres.os.OwnedFiles;
import dev.howdah.postgres.os.ServerAccount;
import java.nio.file.Path;
import java.util.List;

/**
 * What pgextwlist runs, as superuser, around a {@code CREATE EXTENSION} of a tenant. Objects of an
 * extension belong to the superuser; these grant the owner what it needs of them and no more. The
 * directory is ours, and only read by servers.
 *
 * <p>pgextwlist puts names in place of {@code @extschema@} and {@code @database_owner@} as they
 * are, and a schema's name is the tenant's to choose. It refuses those with a quote, a dollar sign
 * or a backslash; within double quotes nothing else can leave its place.
 */
final class ExtensionScripts {

  private static final String AFTER_CREATE = "after-create.sql";
  private static final String BEFORE_CREATE = "before-create.sql";

  /**
   * Scripts of extensions outside the trusted set were not written for a schema in which somebody
   * else may have put functions or operators of the same names, and would call those as superuser.
   * Names are spelt out in full, because the session's search path is the tenant's.
   */
  private static final String REFUSE_PLANTED =
      """
      DO $howdah$ BEGIN
        IF EXISTS (
          SELECT FROM pg_catalog.pg_namespace n
          WHERE n.nspowner OPERATOR(pg_catalog.<>) 10::pg_catalog.oid
            AND (EXISTS (SELECT FROM pg_catalog.pg_operator o
                   WHERE o.oprnamespace OPERATOR(pg_catalog.=) n.oid
                     AND o.oprowner OPERATOR(pg_catalog.<>) 10::pg_catalog.oid)
              OR EXISTS (SELECT FROM pg_catalog.pg_proc p
                   WHERE p.pronamespace OPERATOR(pg_catalog.=) n.oid
                     AND p.proowner OPERATOR(pg_catalog.<>) 10::pg_catalog.oid
                     AND EXISTS (SELECT FROM pg_catalog.pg_proc b
                       WHERE b.proname OPERATOR(pg_catalog.=) p.proname
                         AND b.pronamespace OPERATOR(pg_catalog.=) 11::pg_catalog.oid))))
        THEN
          RAISE EXCEPTION 'this extension cannot be created while the database has operators or functions of its own that are named like PostgreSQL''s';
        END IF;
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
