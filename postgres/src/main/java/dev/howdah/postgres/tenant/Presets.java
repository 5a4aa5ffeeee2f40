package dev.howdah.postgres.tenant;

import dev.howdah.postgres.sql.Identifier;
import dev.howdah.postgres.sql.Session;
import java.sql.SQLException;
import java.util.List;

/** Grants what a preset promises, on what is there and on what the owner will make. */
final class Presets {

  private Presets() {}

  static void grant(Session session, Preset preset, Identifier owner, Identifier credential)
      throws SQLException {
    if (preset == Preset.NONE) {
      return;
    }
    boolean write = preset == Preset.READWRITE;
    String tables = write ? "SELECT, INSERT, UPDATE, DELETE" : "SELECT";
    String sequences = write ? "USAGE, SELECT, UPDATE" : "SELECT";
    for (Identifier schema : Schemas.of(session)) {
      session.execute("GRANT USAGE ON SCHEMA %s TO %s", schema, credential);
      session.execute("GRANT " + tables + " ON ALL TABLES IN SCHEMA %s TO %s", schema, credential);
      session.execute(
          "GRANT " + sequences + " ON ALL SEQUENCES IN SCHEMA %s TO %s", schema, credential);
    }
    String future = "ALTER DEFAULT PRIVILEGES FOR ROLE %s GRANT ";
    for (String grant :
        List.of("USAGE ON SCHEMAS", tables + " ON TABLES", sequences + " ON SEQUENCES")) {
      session.execute(future + grant + " TO %s", owner, credential);
    }
  }
}
