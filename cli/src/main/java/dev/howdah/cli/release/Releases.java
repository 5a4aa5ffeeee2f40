package dev.howdah.cli.release;

import dev.howdah.cli.http.Api;
import dev.howdah.cli.http.ApiException;
import dev.howdah.cli.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Asking for releases. */
public final class Releases {
  private Releases() {}

  /** {@code v12}, the newest release of an app; empty when none can be told. */
  public static String newest(Api api, String app) throws IOException {
    try {
      List<Json> releases = latest(api, app, 1);
      return releases.isEmpty() ? "" : "v" + releases.get(0).number("version");
    } catch (ApiException _) {
      // The change itself is done; a missing number must not make it look failed.
      return "";
    }
  }

  /** The newest releases of an app, newest first. */
  public static List<Json> latest(Api api, String app, int count) throws IOException {
    String range = "version ..; order=desc,max=" + count;
    Json answer = api.get("/apps/" + Api.part(app) + "/releases", Map.of("Range", range));
    var releases = new ArrayList<>(answer.items());
    releases.sort(Comparator.comparingLong((Json release) -> release.number("version")).reversed());
    return releases.subList(0, Math.min(count, releases.size()));
  }
}
