package dev.howdah.server.log;

import java.io.IOException;

/** Where the lines of a log session go. */
interface LogSink {
  /** Takes the next line, which need not reach the reader before {@link #flush}. */
  void line(LogLine line) throws IOException;

  /** Lets the reader see what it has taken. */
  void flush() throws IOException;

  /** There was no line for a while: shows that the connection still stands. */
  void quiet() throws IOException;
}
