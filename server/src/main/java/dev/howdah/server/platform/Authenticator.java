package dev.howdah.server.platform;

import java.util.Optional;

/** Tells who a token belongs to. */
public interface Authenticator {
  /** The caller behind {@code token}, or empty when it is unknown, revoked or expired. */
  Optional<Caller> authenticate(String token);
}
