package dev.howdah.acceptance.connect;

import dev.howdah.acceptance.RunningServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The code blocks of a page of the handbook by their names: each block follows a comment {@code
 * <!-- example: name -->}.
 *
 * @param blocks what is in them, in the order of the page
 */
record Examples(Map<String, String> blocks) {
  private static final Pattern BLOCK =
      Pattern.compile("(?:<!-- example: (\\S+) -->\n)?```(\\w*)\n(.*?)```\n", Pattern.DOTALL);

  static Examples of(String page) {
    var blocks = new LinkedHashMap<String, String>();
    try {
      var matcher = BLOCK.matcher(Files.readString(RunningServer.CHECKOUT.resolve(page)));
      while (matcher.find()) {
        if (matcher.group(1) == null) {
          throw new AssertionError(page + " has a block without a name:\n" + matcher.group());
        }
        blocks.put(matcher.group(1), matcher.group(3));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Examples(blocks);
  }

  /** Writes each to a file of its name; the page's address of the server becomes this one's. */
  void writeTo(Path directory, RunningServer server) throws IOException {
    for (var block : blocks.entrySet()) {
      Path file = directory.resolve(block.getKey());
      Files.createDirectories(file.getParent());
      Files.writeString(
          file, block.getValue().replace("http://localhost:5080", server.url().toString()));
    }
  }
}
