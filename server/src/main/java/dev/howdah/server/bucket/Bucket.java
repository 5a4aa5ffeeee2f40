package dev.howdah.server.bucket;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Keeps objects by name. An object is seen whole or not at all. */
public interface Bucket {

  /** Begins to write an object, in the place of one that has its name. */
  Upload upload(String name) throws IOException;

  /** Reads an object from a byte on to its end. */
  InputStream read(String name, long from) throws IOException;

  /** Deletes an object, and what there is of one that was never published. Idempotent. */
  void delete(String name) throws IOException;

  /** Where it is, for people. */
  String place();

  /** An object being written. To close it without {@link #publish} is to forget it. */
  abstract class Upload extends OutputStream {
    /** Makes the object visible once it is safely kept. Nothing is written afterwards. */
    public abstract void publish() throws IOException;

    @Override
    public abstract void close() throws IOException;
  }
}
