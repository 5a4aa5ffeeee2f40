package dev.howdah.server.telemetry;

import static dev.howdah.server.control.Rows.uuid;

import dev.howdah.server.database.PlanCatalogue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Every SQL statement about who is told of which database. */
final class TelemetryStore {
  private final PlanCatalogue catalogue;

  TelemetryStore(PlanCatalogue catalogue) {
    this.catalogue = catalogue;
  }

  /** The databases in use, each with one attachment for each app: the one of its own name. */
  List<Observed> observed(Handle handle) {
    Map<UUID, Observed> databases = new LinkedHashMap<>();
    handle
        .createQuery(
            """
            select distinct on (d.id, t.app_id)
                   d.id, a.name as addon, d.port, d.name as database, d.plan, t.app_id,
                   t.name as attachment, f.leader_id
            from database d
            left join follower f on f.database_id = d.id
            join addon a on a.id = d.id
            join attachment t on t.addon_id = d.id
            where d.state = 'available'
            order by d.id, t.app_id, t.name = 'DATABASE', t.namespace is not null, t.created_at,
                     t.name
            """)
        .map((row, context) -> {
          UUID id = uuid(row, "id");
          var audience = new Observed.Audience(uuid(row, "app_id"), row.getString("attachment"));
          Observed known = databases.get(id);
          List<Observed.Audience> audiences =
              new ArrayList<>(known == null ? List.of() : known.audiences());
          audiences.add(audience);
          databases.put(
              id,
              new Observed(
                  id,
                  row.getString("addon"),
                  row.getInt("port"),
                  row.getString("database"),
                  catalogue.find(row.getString("plan")).orElseThrow(),
                  Optional.ofNullable(row.getObject("leader_id", UUID.class)),
                  audiences));
          return id;
        })
        .list();
    return List.copyOf(databases.values());
  }
}
