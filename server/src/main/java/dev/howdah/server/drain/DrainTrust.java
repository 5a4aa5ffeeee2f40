package dev.howdah.server.drain;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** Whose certificates are believed of receivers: the usual authorities', and the operator's own. */
public final class DrainTrust {
  private DrainTrust() {}

  /**
   * What trusts them.
   *
   * @param own a file of certificates in PEM
   * @throws IllegalArgumentException when that file cannot be read
   */
  public static SSLContext of(Optional<Path> own) {
    try {
      KeyStore all = KeyStore.getInstance(KeyStore.getDefaultType());
      all.load(null, null);
      int number = 0;
      for (X509Certificate usual : usual()) {
        all.setCertificateEntry("usual-" + number++, usual);
      }
      if (own.isPresent()) {
        try (InputStream in = Files.newInputStream(own.get())) {
          for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
            all.setCertificateEntry("own-" + number++, one);
          }
        }
      }
      TrustManagerFactory factory = factory();
      factory.init(all);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, factory.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException unreadable) {
      throw new IllegalArgumentException(
          "HOWDAH_DRAIN_CA must name a file of certificates in PEM: " + unreadable.getMessage(),
          unreadable);
    }
  }

  private static TrustManagerFactory factory() throws GeneralSecurityException {
    return TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
  }

  private static X509Certificate[] usual() throws GeneralSecurityException {
    TrustManagerFactory factory = factory();
    factory.init((KeyStore) null);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509TrustManager x509) {
        return x509.getAcceptedIssuers();
      }
    }
    return new X509Certificate[0];
  }
}
