package dev.howdah.server.drain;

import java.io.IOException;

/** The way to a receiver. For one thread at a time, and never longer than it promises. */
interface Outlet extends AutoCloseable {
  /** How many bytes are best sent together, about. */
  int batchBytes();

  /** Sends a batch; when it throws, the same batch is sent again later. */
  void send(Batch batch) throws IOException;

  /** Gives the connection up, if there is one; the next batch makes another. */
  @Override
  void close();
}
