package dev.howdah.server.database;

import java.util.List;
import org.jdbi.v3.core.Handle;

/** What another feature knows of a database that its owner should read in {@code pg:info}. */
@FunctionalInterface
public interface Notes {

  /** A line; it replaces the one of the same name, if there is one. */
  record Note(String name, String value) {}

  /** What is known of a database now. */
  List<Note> of(Handle handle, Database database);
}
