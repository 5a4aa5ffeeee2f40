package dev.howdah.server.doctor;

/**
 * One thing that was looked at.
 *
 * @param about what, in a word or two
 * @param good whether it is as it should be
 * @param text what was found
 * @param advice what to do about it; empty when it is good
 */
public record Finding(String about, boolean good, String text, String advice) {

  /** As it should be. */
  public static Finding good(String about, String text) {
    return new Finding(about, true, text, "");
  }

  /** Not as it should be, with what to do about it. */
  public static Finding bad(String about, String text, String advice) {
    return new Finding(about, false, text, advice);
  }
}
