package dev.howdah.postgres.tls;

import dev.howdah.postgres.PostgresException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A certificate and its private key, both PEM.
 *
 * @param chainPem the server's certificate followed by the authority's
 * @param keyPem the private key, unencrypted PKCS#8
 */
public record ServerCertificate(String chainPem, String keyPem) {

  /** What a listener of our own needs to present this certificate. */
  public SSLContext context() {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      char[] none = new char[0];
      store.setKeyEntry(
          "server",
          Pem.privateKey(keyPem),
          none,
          Pem.certificates(chainPem).toArray(Certificate[]::new));
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(store, none);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), null, null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new PostgresException("could not use a certificate: " + e.getMessage(), e);
    }
  }

  /** Says nothing of the key. */
  @Override
  public String toString() {
    return "ServerCertificate[key hidden]";
  }
}
