package dev.howdah.server.log;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Log lines as they are, for whoever does not ask for events: old clients and people with curl. */
final class PlainStream implements LogSink {
  private final OutputStream out;

  PlainStream(OutputStream out) {
    this.out = out;
  }

  @Override
  public void line(LogLine line) throws IOException {
    out.write((line.text() + "\n").getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void quiet() throws IOException {
    // A reader that has left shows when the next line is written.
    flush();
  }

  @Override
  public void flush() throws IOException {
    out.flush();
  }
}
