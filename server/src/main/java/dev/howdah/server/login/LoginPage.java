package dev.howdah.server.login;

import dev.howdah.server.platform.Reply;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;

/** The pages a person sees: no scripts, nothing loaded from anywhere. */
final class LoginPage {
  private static final String STYLE =
      """
      :root { color-scheme: light dark; --accent: #5b3fb5; --line: #8886; --soft: #8881 }
      * { box-sizing: border-box }
      body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem;
             font: 1rem/1.5 system-ui, sans-serif; background: Canvas; color: CanvasText }
      main { width: 100%; max-width: 24rem }
      .mark { font-weight: 700; letter-spacing: .02em; color: var(--accent) }
      h1 { font-size: 1.5rem; line-height: 1.25; margin: .25rem 0 .5rem }
      p { margin: 0 0 1rem }
      .client { padding: .5rem .75rem; border-radius: .5rem; background: var(--soft);
                overflow-wrap: anywhere }
      label { display: block; margin: 1rem 0 .25rem; font-weight: 600 }
      input { width: 100%; padding: .6rem .75rem; font: inherit; color: inherit;
              background: Field; border: 1px solid var(--line); border-radius: .5rem }
      input:focus-visible, button:focus-visible { outline: 3px solid var(--accent);
              outline-offset: 1px }
      button { width: 100%; margin-top: 1.5rem; padding: .65rem; font: inherit; font-weight: 600;
               color: #fff; background: var(--accent); border: 0; border-radius: .5rem;
               cursor: pointer }
      .problem { padding: .5rem .75rem; border-radius: .5rem; border: 1px solid #c33;
                 background: #c331 }
      @media (prefers-color-scheme: dark) { :root { --accent: #a78bfa } button { color: #111 } }
      """;

  private static final Map<String, String> HEADERS =
      Map.of(
          "Content-Security-Policy",
          "default-src 'none'; style-src 'sha256-"
              + sha256(STYLE)
              + "'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
          "Cache-Control",
          "no-store",
          "Referrer-Policy",
          "no-referrer",
          "X-Content-Type-Options",
          "nosniff");

  private LoginPage() {}

  /** The form, with what was typed before and what was wrong with it. */
  static Reply form(int status, String client, String email, String problem) {
    return page(
        status,
        "Log in",
        """
        <h1>Log in to Howdah</h1>
        <p>Go on only if you have just asked for this:</p>
        <p class="client">%s</p>
        %s<form method="post">
        <label for="email">E-mail address</label>
        <input id="email" name="email" type="email" required maxlength="254"
               autocomplete="username" value="%s"%s>
        <label for="password">Password</label>
        <input id="password" name="password" type="password" required maxlength="200"
               autocomplete="current-password"%s>
        <button>Log in</button>
        </form>
        """
            .formatted(
                escape(client),
                problem.isEmpty()
                    ? ""
                    : "<p class=\"problem\" role=\"alert\">" + escape(problem) + "</p>\n",
                escape(email),
                email.isEmpty() ? " autofocus" : "",
                email.isEmpty() ? "" : " autofocus"));
  }

  /** The end of a log-in. */
  static Reply done(String email) {
    return page(
        200,
        "Logged in",
        """
        <h1>You are logged in</h1>
        <p>as %s. Close this page and go back to your terminal.</p>
        """
            .formatted(escape(email)));
  }

  /** The log-in is finished, expired, spoilt by wrong passwords, or never was. */
  static Reply gone() {
    return page(
        404,
        "Log in again",
        """
        <h1>This login is over</h1>
        <p>It was finished already, has expired, or met too many wrong passwords. Go back to your
        terminal and log in again.</p>
        """);
  }

  private static Reply page(int status, String title, String main) {
    return new Reply.Raw(
        status,
        "text/html; charset=utf-8",
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>%s · Howdah</title>
        <style>%s</style>
        </head>
        <body>
        <main>
        <div class="mark">Howdah</div>
        %s</main>
        </body>
        </html>
        """
            .formatted(title, STYLE, main),
        HEADERS);
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }

  private static String sha256(String text) {
    try {
      return Base64.getEncoder()
          .encodeToString(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
