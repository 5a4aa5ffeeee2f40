package dev.howdah.server.log;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Log lines as server-sent events, each with its sequence number, so that none is read twice. */
final class EventStream implements LogSink {
  private final OutputStream out;

  EventStream(OutputStream out) {
    this.out = out;
  }

  @Override
  public void line(LogLine line) throws IOException {
    // What the router says to this reader alone has no number, so the last one stays the newest.
    String id = line.sequence() > 0 ? "id: " + line.sequence() + "\n" : "";
    write(id + "data: " + line.text() + "\n\n");
  }

  @Override
  public void quiet() throws IOException {
    write(":\n\n");
    flush();
  }

  @Override
  public void flush() throws IOException {
    out.flush();
  }

  private void write(String event) throws IOException {
    out.write(event.getBytes(StandardCharsets.UTF_8));
  }
}
