package dev.howdah.cli.output;

import dev.howdah.cli.json.Json;
import java.util.Locale;

/** Prices as the Toolbelt wrote them. */
public final class Prices {
  private Prices() {}

  /** {@code free}, {@code $50/mo} or {@code $8.50/mo}; empty when no price is known. */
  public static String of(Json price) {
    if (price.isNull() || price.at("cents").isNull()) {
      return "";
    }
    long cents = price.number("cents");
    if (cents == 0) {
      return "free";
    }
    String dollars =
        cents % 100 == 0
            ? Long.toString(cents / 100)
            : String.format(Locale.ROOT, "%d.%02d", cents / 100, cents % 100);
    return "$" + dollars + "/" + (price.text("unit").equals("hour") ? "hour" : "mo");
  }

  /** The price of an add-on: what is billed if the server says so, else its plan's. */
  public static String ofAddon(Json addon) {
    String billed = of(addon.at("billed_price"));
    return billed.isEmpty() ? of(addon.at("plan").at("price")) : billed;
  }
}
