package dev.howdah.server.platform;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The {@code Range} header of a list: {@code version 10..; max=15, order=desc}.
 *
 * @param key the field to order by; empty for the list's default
 * @param from the first value to give, exclusive when {@code afterFrom}; empty for the beginning
 * @param afterFrom whether {@code from} itself is left out ({@code ]value..})
 * @param to the last value to give; empty for the end
 * @param max how many items at the most
 * @param descending whether the largest comes first
 */
record Range(String key, String from, boolean afterFrom, String to, int max, boolean descending) {
  static final int DEFAULT_MAX = 200;
  static final int LARGEST_MAX = 1000;

  private static final Pattern FORM =
      Pattern.compile(
          "\\s*([a-z_]+)\\s+(\\]?)([^;]*?)\\.\\.([^;]*?)\\s*(?:;(.*))?", Pattern.DOTALL);

  /** A list cut by a range. {@code next} is the value of {@code Next-Range}, if there is more. */
  record Cut<T>(List<T> items, Optional<String> next) {}

  /** The whole list in its default order. */
  static Range all() {
    return new Range("", "", false, "", LARGEST_MAX, false);
  }

  /** Reads a header. An empty one asks for everything (contract §2.1). */
  static Range parse(String header) {
    if (header.isBlank()) {
      return all();
    }
    Matcher form = FORM.matcher(header);
    if (!form.matches()) {
      throw malformed(header);
    }
    int max = DEFAULT_MAX;
    boolean descending = false;
    String options = form.group(5) == null ? "" : form.group(5);
    for (String option : options.split(",", -1)) {
      String[] pair = option.strip().toLowerCase(Locale.ROOT).split("=", 2);
      switch (pair[0]) {
        case "" -> {}
        case "max" -> max = max(pair, header);
        case "order" -> descending = order(pair, header);
        default -> throw malformed(header);
      }
    }
    return new Range(
        form.group(1),
        form.group(3).strip(),
        !form.group(2).isEmpty(),
        form.group(4).strip(),
        max,
        descending);
  }

  private static int max(String[] pair, String header) {
    // Clients end options with a stray semicolon ("max=1000;").
    String digits = pair.length == 2 ? pair[1].replace(";", "").strip() : "";
    if (!digits.matches("[0-9]{1,4}") || Integer.parseInt(digits) < 1) {
      throw malformed(header);
    }
    return Math.min(Integer.parseInt(digits), LARGEST_MAX);
  }

  private static boolean order(String[] pair, String header) {
    return switch (pair.length == 2 ? pair[1].replace(";", "").strip() : "") {
      case "asc" -> false;
      case "desc" -> true;
      default -> throw malformed(header);
    };
  }

  private static ApiError malformed(String header) {
    return new ApiError(
        416,
        "requested_range_not_satisfiable",
        "Cannot read the Range header "
            + (header.length() > 80 ? header.substring(0, 80) + "…" : header)
            + ". Use for example: id ..; max=200, order=asc");
  }

  /** What has to be read for {@link #cut}: one more item than is shown, to know if there is. */
  <T> Reply.Window window(List<Reply.SortKey<T>> keys) {
    return new Reply.Window(sort(keys).name(), from, afterFrom, to, max + 1, descending);
  }

  private <T> Reply.SortKey<T> sort(List<Reply.SortKey<T>> keys) {
    return keys.stream()
        .filter(candidate -> key.isEmpty() || candidate.name().equals(key))
        .findFirst()
        .orElseThrow(() ->
            new ApiError(
                416,
                "requested_range_not_satisfiable",
                "This list can be ordered by "
                    + String.join(", ", keys.stream().map(Reply.SortKey::name).toList())
                    + ", not by "
                    + key
                    + "."));
  }

  /** Orders and cuts {@code page}. */
  <T> Cut<T> cut(Reply.Page<T> page) {
    Reply.SortKey<T> sort = sort(page.keys());
    List<T> ordered = new ArrayList<>(page.items());
    // A list that is shown whole keeps the order it came in. One that is cut must be sorted, or the
    // next range would not begin where this one ended.
    if (!key.isEmpty() || ordered.size() > max) {
      Comparator<T> comparator = (a, b) -> compare(sort.value().apply(a), sort.value().apply(b));
      ordered.sort(descending ? comparator.reversed() : comparator);
    }
    List<T> inside = ordered.stream().filter(item -> contains(sort.value().apply(item))).toList();
    if (inside.size() <= max) {
      return new Cut<>(inside, Optional.empty());
    }
    List<T> shown = inside.subList(0, max);
    String next =
        "%s ]%s..%s; max=%d%s"
            .formatted(
                sort.name(),
                sort.value().apply(shown.getLast()),
                to,
                max,
                descending ? ", order=desc" : "");
    return new Cut<>(List.copyOf(shown), Optional.of(next));
  }

  private boolean contains(Comparable<?> value) {
    if (!from.isEmpty()) {
      int sign = compareText(value, from) * (descending ? -1 : 1);
      if (sign < 0 || (afterFrom && sign == 0)) {
        return false;
      }
    }
    return to.isEmpty() || compareText(value, to) * (descending ? -1 : 1) <= 0;
  }

  private static int compareText(Comparable<?> value, String bound) {
    if (value instanceof Number number && bound.matches("-?[0-9]{1,18}")) {
      return Long.compare(number.longValue(), Long.parseLong(bound));
    }
    return value.toString().compareTo(bound);
  }

  /** The order that bounds are compared in, which for UUIDs is not their own. */
  private static int compare(Comparable<?> a, Comparable<?> b) {
    return a instanceof Number first && b instanceof Number second
        ? Long.compare(first.longValue(), second.longValue())
        : a.toString().compareTo(b.toString());
  }
}
