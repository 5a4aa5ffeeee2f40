package dev.howdah.server.home;

import dev.howdah.server.platform.Reply;
import dev.howdah.server.platform.Route;
import java.util.List;

/** Says what answers here and how to use it. Knows nobody, so it may be seen by everybody. */
public final class HomeRoutes {
  private static final String PAGE =
      """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>Howdah</title>
      <style>
      body { font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem;
             color: #222; background: #fff; }
      pre { background: #f3f3f6; padding: 1rem; border-radius: 6px; overflow-x: auto; }
      @media (prefers-color-scheme: dark) {
        body { color: #ddd; background: #16161a; } pre { background: #232329; } }
      </style>
      </head>
      <body>
      <h1>Howdah</h1>
      <p>This server runs Heroku Postgres databases. It is used from the command line:</p>
      <pre>howdah login
      howdah create my-first-app
      howdah addons:add heroku-postgresql:hobby-dev --app my-first-app
      howdah pg:psql --app my-first-app</pre>
      <p>The stock Heroku command works too, in the environment that <code>howdah env</code> prints.
      Clients that verify certificates find ours at
      <a href="/certificates/ca.pem">/certificates/ca.pem</a>.</p>
      </body>
      </html>
      """;

  /** The endpoints. */
  public List<Route> routes() {
    return List.of(
        Route.of("GET", "/", call -> new Reply.Raw(200, "text/html; charset=utf-8", PAGE)).open());
  }
}
