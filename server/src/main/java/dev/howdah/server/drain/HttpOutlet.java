package dev.howdah.server.drain;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.howdah.server.log.LogLine;
import dev.howdah.server.network.Reach;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Batches as {@code application/logplex-1} in POST requests; taken when the answer is 2xx. */
final class HttpOutlet implements Outlet {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int BATCH = 102_400;

  private final HttpClient client;
  private final DrainTarget.Http target;
  private final URI url;
  private final String token;
  private final Reach reach;

  HttpOutlet(HttpClient client, DrainTarget.Http target, String token, Reach reach) {
    this.client = client;
    this.target = target;
    this.url = target.url();
    this.token = token;
    this.reach = reach;
  }

  @Override
  public int batchBytes() {
    return BATCH;
  }

  @Override
  public void send(Batch batch) throws IOException {
    // The client looks the name up again, in the answer that Java keeps for half a minute.
    var _ = target.address(reach);
    var body = new ByteArrayOutputStream(BATCH + 20_000);
    for (LogLine line : batch.lines()) {
      Frames.logplex(line, body);
    }
    HttpRequest.Builder request =
        HttpRequest.newBuilder(withoutLogin())
            .timeout(PATIENCE)
            .header("Content-Type", "application/logplex-1")
            .header("Logplex-Msg-Count", Integer.toString(batch.lines().size()))
            .header("Logplex-Frame-Id", batch.id().toString())
            .header("Logplex-Drain-Token", token)
            .header("User-Agent", "Logplex/v72 (howdah)")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body.toByteArray()));
    if (url.getUserInfo() != null) {
      String login = Base64.getEncoder().encodeToString(url.getUserInfo().getBytes(UTF_8));
      request.header("Authorization", "Basic " + login);
    }
    CompletableFuture<HttpResponse<Void>> answer =
        client.sendAsync(request.build(), HttpResponse.BodyHandlers.discarding());
    try {
      int status = answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS).statusCode();
      if (status / 100 != 2) {
        throw new IOException("the receiver answered HTTP " + status);
      }
    } catch (TimeoutException late) {
      answer.cancel(true);
      throw new IOException("the receiver did not answer in " + PATIENCE.toSeconds() + " s", late);
    } catch (InterruptedException stop) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      throw new IOException("stopped", stop);
    } catch (ExecutionException failed) {
      throw failed.getCause() instanceof IOException cause ? cause : new IOException(failed);
    }
  }

  @Override
  public void close() {
    // The client keeps its connections itself.
  }

  private URI withoutLogin() {
    if (url.getRawUserInfo() == null) {
      return url;
    }
    return URI.create(
        url.toString().replaceFirst(java.util.regex.Pattern.quote(url.getRawUserInfo()) + "@", ""));
  }
}
