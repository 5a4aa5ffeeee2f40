package dev.howdah.postgres.tls;

import java.nio.file.Path;
import java.time.Clock;
import java.util.Collection;

/**
 * Howdah's own certificate authority: one elliptic-curve key per data root, made at first use and
 * kept readable to Howdah alone. Clients that want {@code sslmode=verify-full} trust {@link
 * #certificateFile}.
 */
@SuppressWarnings("DoNotCallSuggester") // a signature, its body to come
public final class CertificateAuthority {

  private CertificateAuthority() {}

  /** Opens the authority kept in a directory, and makes it when there is none yet. */
  public static CertificateAuthority open(Path secrets, Clock clock) {
    throw new UnsupportedOperationException();
  }

  /** The authority's certificate, PEM: the file to give to clients. Its key is elsewhere. */
  public Path certificateFile() {
    throw new UnsupportedOperationException();
  }

  /** The authority's certificate as PEM text. */
  public String certificatePem() {
    throw new UnsupportedOperationException();
  }

  /**
   * Issues a new server certificate.
   *
   * @param names host names and addresses that clients may use; {@code localhost}, {@code
   *     127.0.0.1} and {@code ::1} are always added
   */
  public ServerCertificate issue(Collection<String> names) {
    throw new UnsupportedOperationException();
  }

  /**
   * Whether a certificate should be replaced: it is not ours, lacks one of the names, or has used
   * up two thirds of its life.
   */
  public boolean needsRenewal(String certificatePem, Collection<String> names) {
    throw new UnsupportedOperationException();
  }
}
