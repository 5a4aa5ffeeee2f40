package dev.howdah.postgres.tls;

/**
 * A certificate and its private key, both PEM.
 *
 * @param chainPem the server's certificate followed by the authority's
 * @param keyPem the private key, unencrypted PKCS#8
 */
public record ServerCertificate(String chainPem, String keyPem) {

  /** Says nothing of the key. */
  @Override
  public String toString() {
    return "ServerCertificate[key hidden]";
  }
}
