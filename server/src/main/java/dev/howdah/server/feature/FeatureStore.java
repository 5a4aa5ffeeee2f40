package dev.howdah.server.feature;

import static dev.howdah.server.control.Rows.instant;
import static dev.howdah.server.control.Rows.utc;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Every SQL statement about features. */
final class FeatureStore {

  /** How {@code feature} was last set for {@code subject}, if it ever was. */
  Optional<Feature.Setting> find(Handle handle, UUID subject, Feature feature) {
    return handle
        .createQuery("select * from feature_flag where subject_id = :subject and name = :name")
        .bind("subject", subject)
        .bind("name", feature.name())
        .map((row, context) ->
            new Feature.Setting(feature, row.getBoolean("enabled"), instant(row, "updated_at")))
        .findOne();
  }

  void set(Handle handle, UUID subject, Feature feature, boolean enabled, Instant now) {
    handle
        .createUpdate(
            """
            insert into feature_flag (subject_id, name, enabled, updated_at)
            values (:subject, :name, :enabled, :now)
            on conflict (subject_id, name)
            do update set enabled = excluded.enabled, updated_at = excluded.updated_at
            """)
        .bind("subject", subject)
        .bind("name", feature.name())
        .bind("enabled", enabled)
        .bind("now", utc(now))
        .execute();
  }
}
