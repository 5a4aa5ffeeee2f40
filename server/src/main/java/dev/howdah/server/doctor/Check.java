package dev.howdah.server.doctor;

import java.util.List;

/**
 * What a feature contributes to {@code howdah doctor}. It looks when it is asked, and changes
 * nothing.
 *
 * @param about what it looks at, in a word or two
 */
public record Check(String about, Look look) {

  /** The look itself. */
  @FunctionalInterface
  public interface Look {
    /** What there is to say, at least one thing. Throwing is a finding too. */
    List<Finding> findings();
  }
}
