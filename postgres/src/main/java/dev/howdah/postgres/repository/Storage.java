package dev.howdah.postgres.repository;

import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Where repositories keep what is in them. */
public sealed interface Storage {

  /**
   * On this host: {@code <root>/repository/<lineage>}. A server's own user can add write-ahead log
   * to its own lineage, and reach nothing else.
   */
  record Directory() implements Storage {}

  /**
   * In a bucket that speaks Amazon S3's protocol, below {@code /<lineage>}. Servers send their
   * write-ahead log themselves, so each server's own user can read the key.
   *
   * @param endpoint where it answers; always over TLS
   * @param key the access key's name
   * @param secret the access key's secret
   * @param authority certificates to trust instead of the host's; servers' own users read the file
   * @param verify whether the endpoint's certificate is checked at all
   */
  record Bucket(
      URI endpoint,
      String bucket,
      String region,
      String key,
      String secret,
      Optional<Path> authority,
      boolean verify)
      implements Storage {

    /** Refuses what has no place in a file of settings. */
    public Bucket {
      for (String text : new String[] {bucket, region, key, secret}) {
        if (text.isBlank() || text.chars().anyMatch(c -> c <= ' ' || c >= 0x7f)) {
          throw new IllegalArgumentException("bucket, region, key and secret are words");
        }
      }
      if (!"https".equals(endpoint.getScheme()) || endpoint.getHost() == null) {
        throw new IllegalArgumentException("the endpoint of a bucket begins with https://");
      }
    }

    /** Without the secret: this is what logs see. */
    @Override
    public String toString() {
      return "Bucket[" + endpoint + "/" + bucket + "]";
    }
  }

  /** pgBackRest's options for the repository of a lineage, secrets among them. */
  default Map<String, String> options(Path repository, UUID lineage) {
    Map<String, String> options = new LinkedHashMap<>();
    switch (this) {
      case Directory() -> options.put("repo1-path", repository.toString());
      case Bucket bucket -> {
        options.put("repo1-type", "s3");
        options.put("repo1-path", "/" + lineage);
        options.put("repo1-s3-endpoint", bucket.endpoint().getHost());
        if (bucket.endpoint().getPort() > 0) {
          options.put("repo1-storage-port", String.valueOf(bucket.endpoint().getPort()));
        }
        // Servers other than Amazon's rarely have a host name for each bucket.
        options.put("repo1-s3-uri-style", "path");
        options.put("repo1-s3-bucket", bucket.bucket());
        options.put("repo1-s3-region", bucket.region());
        options.put("repo1-s3-key", bucket.key());
        options.put("repo1-s3-key-secret", bucket.secret());
        bucket.authority().ifPresent(ca -> options.put("repo1-storage-ca-file", ca.toString()));
        options.put("repo1-storage-verify-tls", bucket.verify() ? "y" : "n");
      }
    }
    return options;
  }
}
