package dev.howdah.server.platform;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What a handler answers. */
public sealed interface Reply {

  /** A JSON document. */
  record Json(int status, Object body, Map<String, String> headers) implements Reply {
    /** The same answer with one more header. */
    public Json with(String header, String value) {
      var more = new java.util.HashMap<>(headers);
      more.put(header, value);
      return new Json(status, body, Map.copyOf(more));
    }
  }

  /**
   * A list, cut and ordered by the request's {@code Range} header.
   *
   * @param items all of them, in the order of the first sort key
   * @param keys how each sortable field is read from an item; the first one is the default
   */
  record Page<T>(List<T> items, List<SortKey<T>> keys) implements Reply {}

  /**
   * A list that may be long: only what the request's {@code Range} header asks for is read.
   *
   * @param read gives the items of a window, in any order
   */
  record Query<T>(List<SortKey<T>> keys, Function<Window, List<T>> read) implements Reply {}

  /**
   * A part of a list.
   *
   * @param key the sort key's name
   * @param from the first value, exclusive when {@code afterFrom}; empty for the beginning
   * @param to the last value; empty for the end
   * @param limit how many items are wanted at the most
   * @param descending whether the largest comes first, {@code from} being the largest then
   */
  record Window(
      String key, String from, boolean afterFrom, String to, int limit, boolean descending) {}

  /** A field that a list can be ordered by. No two items of a list have the same value of it. */
  record SortKey<T>(String name, Function<T, Comparable<?>> value) {}

  /** A body that is neither JSON nor a list. */
  record Raw(int status, String contentType, String body, Map<String, String> headers)
      implements Reply {
    /** Without further headers. */
    public Raw(int status, String contentType, String body) {
      this(status, contentType, body, Map.of());
    }
  }

  /** A body written piece by piece; each flush reaches the client at once. */
  record Stream(String contentType, Writer writer) implements Reply {}

  /**
   * A file that may be fetched in parts, so that a download goes on where it was interrupted.
   *
   * @param name what it is called where it is saved
   * @param tag changes when its content does
   * @param size in bytes
   */
  record File(String contentType, String name, String tag, long size, Opener opener)
      implements Reply {}

  /** Reads a file. */
  @FunctionalInterface
  interface Opener {
    /** Begins to read at a byte. */
    InputStream open(long first) throws IOException;
  }

  /** Writes a streamed body. */
  @FunctionalInterface
  interface Writer {
    /** Writes to {@code out} until the body is complete or the client is gone. */
    void write(OutputStream out) throws IOException;
  }

  /** 200 with {@code body}. */
  static Json ok(Object body) {
    return new Json(200, body, Map.of());
  }

  /** 201 with {@code body}. */
  static Json created(Object body) {
    return new Json(201, body, Map.of());
  }

  /** A list ordered by {@code keys}, the first of which is the default. */
  @SafeVarargs
  @SuppressWarnings("varargs") // the array is copied, never handed on
  static <T> Page<T> page(List<T> items, SortKey<T>... keys) {
    return new Page<>(List.copyOf(items), List.of(keys));
  }

  /** A list with nothing in it. */
  static Page<String> emptyPage() {
    return page(List.of(), by("id", id -> id));
  }

  /** A sort key. */
  static <T> SortKey<T> by(String name, Function<T, Comparable<?>> value) {
    return new SortKey<>(name, value);
  }
}
