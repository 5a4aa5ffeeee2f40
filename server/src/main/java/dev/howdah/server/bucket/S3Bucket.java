package dev.howdah.server.bucket;

import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.NoSuchUploadException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Objects in a bucket that speaks Amazon S3's protocol, below {@code backups/}. They are sent in
 * parts, one while the next is filled, so that an object of any size takes two parts of memory; and
 * they are seen when the last part is there.
 */
public final class S3Bucket implements Bucket {
  private static final Logger log = LoggerFactory.getLogger(S3Bucket.class);
  private static final int FORBIDDEN = 403;
  private static final int NOT_IMPLEMENTED = 501;
  private static final String FOLDER = "backups/";
  private static final String TYPE = "application/octet-stream";
  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration SILENCE = Duration.ofSeconds(60);

  private final S3Client client;
  private final Place place;

  /**
   * A bucket and the key to it.
   *
   * @param key the access key's name
   * @param secret the access key's secret
   * @param authority certificates to trust instead of the host's
   */
  public record Place(
      URI endpoint,
      String bucket,
      String region,
      String key,
      String secret,
      Optional<Path> authority) {

    /** Refuses what cannot be a bucket. */
    public Place {
      String scheme = String.valueOf(endpoint.getScheme());
      if (!(scheme.equals("https") || scheme.equals("http")) || endpoint.getHost() == null) {
        throw new IllegalArgumentException(
            "the endpoint of the bucket for backups begins with https:// or http://");
      }
    }

    /** Without the key: this is what logs and the control database see. */
    @Override
    public String toString() {
      return "s3://%s at %s".formatted(bucket, endpoint);
    }
  }

  /** The bucket at a place, which is asked only when something is read or written. */
  public S3Bucket(Place place) {
    this.place = place;
    UrlConnectionHttpClient.Builder http =
        UrlConnectionHttpClient.builder().connectionTimeout(CONNECT).socketTimeout(SILENCE);
    place
        .authority()
        .ifPresent(file -> {
          TrustManager[] trusted = trusted(file);
          http.tlsTrustManagersProvider(() -> trusted);
        });
    this.client =
        S3Client.builder()
            .endpointOverride(place.endpoint())
            .region(Region.of(place.region()))
            .credentialsProvider(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(place.key(), place.secret())))
            // Servers other than Amazon's rarely have a host name for each bucket, and do not know
            // its newer checksums; what is tampered with does not decrypt.
            .forcePathStyle(true)
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .httpClientBuilder(http)
            .build();
  }

  private static TrustManager[] trusted(Path authority) {
    try (InputStream in = Files.newInputStream(authority)) {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("authority " + store.size(), one);
      }
      var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      return factory.getTrustManagers();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the certificates in " + authority, e);
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("there are no certificates in " + authority, e);
    }
  }

  private static String path(String name) {
    return FOLDER + name;
  }

  @Override
  public Upload upload(String name) throws IOException {
    delete(name);
    return new Parts(path(name), attempt(() -> begin(path(name))));
  }

  private String begin(String path) {
    return client
        .createMultipartUpload(request -> request.bucket(place.bucket()).key(path))
        .uploadId();
  }

  @Override
  public InputStream read(String name, long from) throws IOException {
    try {
      return new Reading(
          attempt(() ->
              client.getObject(request ->
                  request.bucket(place.bucket()).key(path(name)).range("bytes=" + from + "-"))));
    } catch (IOException refused) {
      if (refused.getCause() instanceof NoSuchKeyException) {
        throw new FileNotFoundException(name + " is not in " + place());
      }
      throw refused;
    }
  }

  @Override
  public void delete(String name) throws IOException {
    String path = path(name);
    attempt(() -> {
      unfinished(path).forEach(upload -> abort(path, upload));
      return client.deleteObject(request -> request.bucket(place.bucket()).key(path));
    });
  }

  /** What a Howdah that was killed had begun to send. */
  private List<String> unfinished(String path) {
    try {
      return client
          .listMultipartUploads(request -> request.bucket(place.bucket()).prefix(path))
          .uploads()
          .stream()
          .filter(upload -> path.equals(upload.key()))
          .map(MultipartUpload::uploadId)
          .toList();
    } catch (S3Exception refused) {
      if (refused.statusCode() != FORBIDDEN && refused.statusCode() != NOT_IMPLEMENTED) {
        throw refused;
      }
      // Then a rule of the bucket has to delete parts that nobody completes.
      log.warn("{} does not say what was begun of {}: {}", place, path, refused.getMessage());
      return List.of();
    }
  }

  private void abort(String path, String upload) {
    try {
      client.abortMultipartUpload(
          request -> request.bucket(place.bucket()).key(path).uploadId(upload));
    } catch (NoSuchUploadException gone) {
      // It was aborted already, or completed.
    }
  }

  @Override
  public String place() {
    return place.toString();
  }

  private interface Call<T> {
    T make() throws SdkException;
  }

  private <T> T attempt(Call<T> call) throws IOException {
    try {
      return call.make();
    } catch (SdkException refused) {
      throw new IOException(place() + " refused: " + refused.getMessage(), refused);
    }
  }

  /** Sends what is written in parts. Used by one thread at a time. */
  private final class Parts extends Upload {
    private static final int MEBIBYTE = 1 << 20;
    private static final int MOST_PARTS = 10_000;

    private final String path;
    private final String upload;
    private final List<CompletedPart> sent = new ArrayList<>();
    private byte[] filling = new byte[size(1)];
    private byte[] spare = new byte[0];
    private int filled;
    private int number = 1;
    private @Nullable FutureTask<CompletedPart> sending;
    private boolean over;

    Parts(String path, String upload) {
      this.path = path;
      this.upload = upload;
    }

    /** There are 10,000 parts at the most: the first are small, and all together hold 390 GB. */
    private static int size(int number) {
      int mebibytes = number <= 1000 ? 8 : number <= 3000 ? 16 : number <= 6000 ? 32 : 64;
      return mebibytes * MEBIBYTE;
    }

    @Override
    public void write(int one) throws IOException {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
      int at = offset;
      int left = length;
      while (left > 0) {
        if (filled == filling.length) {
          send();
        }
        int taken = Math.min(left, filling.length - filled);
        System.arraycopy(from, at, filling, filled, taken);
        filled += taken;
        at += taken;
        left -= taken;
      }
    }

    /** Sends what is filled while the next part is filled, once the part before has arrived. */
    private void send() throws IOException {
      await();
      if (number > MOST_PARTS) {
        throw new IOException("it is larger than what " + place() + " takes in one object");
      }
      int part = number++;
      byte[] full = filling;
      int length = filled;
      var task = new FutureTask<>(() -> send(part, full, length));
      sending = task;
      Thread.ofVirtual().name("s3 part").start(task);
      filling = spare.length == size(number) ? spare : new byte[size(number)];
      spare = full;
      filled = 0;
    }

    private CompletedPart send(int part, byte[] from, int length) throws IOException {
      return attempt(() -> {
        // Read where it is, as often as it takes: other bodies are copied.
        String tag =
            client
                .uploadPart(
                    request ->
                        request
                            .bucket(place.bucket())
                            .key(path)
                            .uploadId(upload)
                            .partNumber(part)
                            .contentLength((long) length),
                    RequestBody.fromContentProvider(
                        () -> new ByteArrayInputStream(from, 0, length), length, TYPE))
                .eTag();
        return CompletedPart.builder().partNumber(part).eTag(tag).build();
      });
    }

    private void await() throws IOException {
      FutureTask<CompletedPart> task = sending;
      if (task == null) {
        return;
      }
      sending = null;
      try {
        sent.add(task.get());
      } catch (ExecutionException failed) {
        Throwable cause = failed.getCause();
        throw new IOException(cause == null ? failed.getMessage() : cause.getMessage(), cause);
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
        throw (IOException) new InterruptedIOException("It was canceled.").initCause(stopped);
      }
    }

    @Override
    public void publish() throws IOException {
      if (filled > 0 || sent.isEmpty()) {
        send();
      }
      await();
      attempt(() ->
          client.completeMultipartUpload(request ->
              request
                  .bucket(place.bucket())
                  .key(path)
                  .uploadId(upload)
                  .multipartUpload(parts -> parts.parts(sent))));
      over = true;
    }

    @Override
    public void close() throws IOException {
      if (over) {
        return;
      }
      over = true;
      try {
        await();
      } catch (IOException itsPartFailed) {
        // The whole upload goes.
      }
      attempt(() -> {
        abort(path, upload);
        return upload;
      });
      filling = new byte[0];
      spare = new byte[0];
    }
  }

  /** An object being read, of which nothing is fetched any more when its reader has enough. */
  private static final class Reading extends FilterInputStream {
    private final ResponseInputStream<GetObjectResponse> response;
    private boolean ended;

    Reading(ResponseInputStream<GetObjectResponse> response) {
      super(response);
      this.response = response;
    }

    @Override
    public int read() throws IOException {
      int one = in.read();
      ended = one < 0;
      return one;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
      int read = in.read(to, offset, length);
      ended = read < 0;
      return read;
    }

    @Override
    public void close() throws IOException {
      if (ended) {
        in.close();
      } else {
        // To close it would be to read the rest first.
        response.abort();
      }
    }
  }
}
