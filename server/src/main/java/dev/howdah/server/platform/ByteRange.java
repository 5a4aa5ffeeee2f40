package dev.howdah.server.platform;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A part of a file, as HTTP's {@code Range: bytes=} asks for it.
 *
 * @param first the first byte
 * @param last the last byte, inclusive
 */
record ByteRange(long first, long last) {
  private static final Pattern FORM = Pattern.compile("bytes=\\s*(\\d{0,18})-(\\d{0,18})\\s*");

  /** What a header asks for. */
  sealed interface Asked {
    /** Everything: there is no header, or one that may be ignored. */
    record Whole() implements Asked {}

    /** A part that exists. */
    record Part(ByteRange range) implements Asked {}

    /** A part behind the end of the file. */
    record Nothing() implements Asked {}
  }

  long length() {
    return last - first + 1;
  }

  /** Reads a header, for a file of so many bytes. Several parts at once are not given. */
  static Asked asked(Optional<String> header, long size) {
    Matcher form = FORM.matcher(header.orElse(""));
    if (!form.matches() || (form.group(1).isEmpty() && form.group(2).isEmpty())) {
      return new Asked.Whole();
    }
    if (form.group(1).isEmpty()) {
      long suffix = Math.min(size, Long.parseLong(form.group(2)));
      return suffix == 0
          ? new Asked.Nothing()
          : new Asked.Part(new ByteRange(size - suffix, size - 1));
    }
    long first = Long.parseLong(form.group(1));
    long last =
        form.group(2).isEmpty() ? size - 1 : Math.min(size - 1, Long.parseLong(form.group(2)));
    if (!form.group(2).isEmpty() && Long.parseLong(form.group(2)) < first) {
      return new Asked.Whole();
    }
    return first >= size ? new Asked.Nothing() : new Asked.Part(new ByteRange(first, last));
  }
}
