package dev.howdah.postgres.tenant;

import dev.howdah.postgres.sql.Identifier;
import dev.howdah.postgres.sql.Session;
import java.sql.SQLException;
import java.util.List;

/** Which schemas of a database are the tenant's: all but PostgreSQL's and our own. */
final class Schemas {

  private Schemas() {}

  static List<Identifier> of(Session session) throws SQLException {
    return session.names(
        """
        SELECT nspname FROM pg_namespace
        WHERE nspname NOT LIKE 'pg\\_%' AND nspname NOT IN ('information_schema', '_heroku')
        ORDER BY 1
        """);
  }
}
