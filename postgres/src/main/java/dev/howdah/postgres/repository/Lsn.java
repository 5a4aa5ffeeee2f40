package dev.howdah.postgres.repository;

/**
 * A position in the write-ahead log: how many bytes a lineage has written. Compared as PostgreSQL
 * does, unsigned.
 */
public record Lsn(long value) implements Comparable<Lsn> {

  /**
   * Reads PostgreSQL's text form, such as {@code 0/3000028}.
   *
   * @throws IllegalArgumentException when it is not one
   */
  public static Lsn of(String text) {
    String[] halves = text.split("/", -1);
    if (halves.length != 2) {
      throw new IllegalArgumentException("not a position in the write-ahead log: " + text);
    }
    return new Lsn(Long.parseLong(halves[0], 16) << 32 | Long.parseLong(halves[1], 16));
  }

  @Override
  public int compareTo(Lsn other) {
    return Long.compareUnsigned(value, other.value);
  }

  /** The bytes from an earlier position to this one. */
  public long since(Lsn earlier) {
    return value - earlier.value;
  }

  @Override
  public String toString() {
    return "%X/%X".formatted(value >>> 32, value & 0xFFFFFFFFL);
  }
}
