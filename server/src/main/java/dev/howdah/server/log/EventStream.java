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
    send("id: " + line.sequence() + "\ndata: " + line.text() + "\n\n");
  }

  @Override
  public void quiet() throws IOException {
    send(":\n\n");
  }

  private void send(String event) throws IOException {
    out.write(event.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }
}
