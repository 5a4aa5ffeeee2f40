package dev.howdah.postgres.cluster;

import dev.howdah.postgres.PostgresException;
import java.nio.file.Path;

/**
 * The order in which one cluster takes another's place. What is there says how far it has come, so
 * that it goes on wherever it was interrupted; nothing is deleted, and every step is one renaming.
 *
 * @param live whether there is something in the cluster's place
 * @param next whether a successor is staged
 * @param previous whether something replaced is kept
 */
record Succession(boolean live, boolean next, boolean previous) {

  /** The name of a staged successor ends so. */
  static final String NEXT = ".next";

  /** The name of what was replaced ends so. */
  static final String PREVIOUS = ".previous";

  /** What is to be done now. */
  enum Step {
    /**
     * What is in the place leaves it: for {@code .previous}, or for {@code .next} on the way back.
     */
    LEAVE,
    /**
     * What takes its place comes: from {@code .next}, or from {@code .previous} on the way back.
     */
    ARRIVE,
    /** All are where they should be; what is in the place is configured and started. */
    START
  }

  /** How it stands with a cluster whose directory is given. */
  static Succession of(Path home) {
    return new Succession(
        new ClusterDirectory(home).isTaken(),
        new ClusterDirectory(sibling(home, NEXT)).isTaken(),
        new ClusterDirectory(sibling(home, PREVIOUS)).isTaken());
  }

  static Path sibling(Path home, String suffix) {
    return home.resolveSibling(home.getFileName() + suffix);
  }

  /**
   * The next step of bringing the successor in.
   *
   * @throws PostgresException when there is none, or no place for what it replaces
   */
  Step forth() {
    if (next) {
      if (live && previous) {
        throw new PostgresException(
            "what an earlier exchange replaced is still kept, and must be dropped first");
      }
      return live || !previous ? Step.LEAVE : Step.ARRIVE;
    }
    if (!live || !previous) {
      throw new PostgresException("there is no staged successor");
    }
    return Step.START;
  }

  /**
   * The next step of bringing back what was replaced.
   *
   * @throws PostgresException when it is not kept, or there is no place for what replaced it
   */
  Step back() {
    if (previous) {
      if (live && next) {
        throw new PostgresException("another successor is staged, and must be dropped first");
      }
      return live || !next ? Step.LEAVE : Step.ARRIVE;
    }
    if (!live || !next) {
      throw new PostgresException("nothing is kept that could be brought back");
    }
    return Step.START;
  }

  /** Whether an exchange, in either direction, stopped half way. */
  boolean isUnderWay() {
    return !live && next && previous;
  }
}
