package dev.howdah.server.key;

import dev.howdah.server.platform.ApiError;
import dev.howdah.server.platform.Caller;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** What can be done with SSH keys: everybody with their own. */
public final class Keys {
  private final Jdbi jdbi;
  private final InstantSource clock;
  private final KeyStore store = new KeyStore();

  /** Keys kept in the control database. */
  public Keys(Jdbi jdbi, InstantSource clock) {
    this.jdbi = jdbi;
    this.clock = clock;
  }

  /** The caller's keys, oldest first. */
  public List<Key> list(Caller caller) {
    return jdbi.withHandle(handle -> store.list(handle, caller.accountId()));
  }

  /** One of the caller's keys, by id or fingerprint. */
  public Key find(Caller caller, String reference) {
    return jdbi.withHandle(handle -> find(handle, caller, reference));
  }

  /** Adds a public key in OpenSSH's form. */
  public Key add(Caller caller, String text) {
    PublicKey parsed = PublicKey.parse(text);
    Instant now = clock.instant();
    Key key =
        new Key(
            UUID.randomUUID(),
            caller.accountId(),
            caller.email(),
            parsed.line(),
            parsed.fingerprint(),
            parsed.comment(),
            now,
            now);
    if (!jdbi.withHandle(handle -> store.insert(handle, key))) {
      throw ApiError.invalid(
          "The key " + key.fingerprint() + " is in use already. A key stands for one account.");
    }
    return key;
  }

  /** Removes one of the caller's keys. */
  public Key remove(Caller caller, String reference) {
    return jdbi.inTransaction(handle -> {
      Key key = find(handle, caller, reference);
      store.delete(handle, key.id());
      return key;
    });
  }

  private Key find(Handle handle, Caller caller, String reference) {
    return store
        .find(handle, caller.accountId(), reference)
        .orElseThrow(() -> ApiError.notFound("key", "Couldn't find that key."));
  }
}
