package dev.howdah.server.addon;

import dev.howdah.server.secret.Tokens;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Names made up for attachments: {@code HEROKU_POSTGRESQL_GOLD} (B3.12). */
public final class AttachmentNames {
  private static final List<String> COLOURS =
      List.of(
          "AMBER",
          "AQUA",
          "BLACK",
          "BLUE",
          "BRONZE",
          "BROWN",
          "CHARCOAL",
          "COBALT",
          "COPPER",
          "CRIMSON",
          "CYAN",
          "GOLD",
          "GRAY",
          "GREEN",
          "IVORY",
          "JADE",
          "LAVENDER",
          "MAROON",
          "NAVY",
          "OLIVE",
          "ONYX",
          "ORANGE",
          "PINK",
          "PUCE",
          "PURPLE",
          "RED",
          "ROSE",
          "SILVER",
          "TEAL",
          "VIOLET",
          "WHITE",
          "YELLOW");

  private final Tokens tokens;

  /** Names drawn with {@code tokens}. */
  public AttachmentNames(Tokens tokens) {
    this.tokens = tokens;
  }

  /** A name none of {@code taken} has: a colour, and a number once the colours are used up. */
  String colour(Provider provider, List<Attachment> taken) {
    Set<String> used = taken.stream().map(Attachment::name).collect(Collectors.toSet());
    List<String> free =
        COLOURS.stream()
            .map(colour -> provider.attachmentPrefix() + "_" + colour)
            .filter(name -> !used.contains(name))
            .toList();
    if (!free.isEmpty()) {
      return free.get(tokens.number(free.size()));
    }
    int number = 2;
    String base = provider.attachmentPrefix() + "_" + COLOURS.get(tokens.number(COLOURS.size()));
    while (used.contains(base + "_" + number)) {
      number++;
    }
    return base + "_" + number;
  }
}
