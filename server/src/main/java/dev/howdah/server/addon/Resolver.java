package dev.howdah.server.addon;

import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Which add-ons and attachments a name means (contract §5, C5). Pure: works on lists that hold only
 * what the caller may see.
 */
final class Resolver {
  private Resolver() {}

  /**
   * Attachments of one app that {@code name} means: its name, with or without {@code _URL}, its id,
   * or its add-on's name or id; failing these, the only attachment whose name contains it.
   */
  static List<Attachment> attachments(String name, List<Attachment> ofApp) {
    String plain = withoutUrl(name);
    List<Attachment> named = ofApp.stream().filter(a -> isNamed(a, name)).toList();
    if (!named.isEmpty()) {
      return withCredentials(named, ofApp);
    }
    List<Attachment> ofAddon =
        ofApp.stream()
            .filter(a -> a.addon().name().equals(name) || is(a.addon().id(), name))
            .toList();
    if (!ofAddon.isEmpty()) {
      return ofAddon;
    }
    List<Attachment> similar =
        ofApp.stream()
            .filter(a ->
                a.namespace().isEmpty()
                    && a.name().toUpperCase(Locale.ROOT).contains(plain.toUpperCase(Locale.ROOT)))
            .toList();
    return similar.size() == 1 ? similar : List.of();
  }

  /**
   * A default attachment brings the credential attachments of its add-on along, so that {@code
   * --credential} finds them (§5.1); one that has a namespace means only itself.
   */
  private static List<Attachment> withCredentials(List<Attachment> named, List<Attachment> ofApp) {
    Attachment first = named.getFirst();
    if (first.namespace().isPresent()) {
      return named;
    }
    return Stream.concat(
            named.stream(),
            ofApp.stream()
                .filter(other ->
                    other.namespace().isPresent() && other.addon().id().equals(first.addon().id())))
        .distinct()
        .toList();
  }

  /**
   * Add-ons that {@code name} means: name, id or service of an add-on, or an attachment of the app.
   *
   * @param visible every add-on the caller may see
   * @param ofApp attachments of the app asked about
   * @param inApp whether an app was named; then a service means its add-ons there only
   */
  static List<Addon> addons(
      String name, List<Addon> visible, List<Attachment> ofApp, boolean inApp) {
    List<Addon> named =
        visible.stream().filter(a -> a.name().equals(name) || is(a.id(), name)).toList();
    if (!named.isEmpty()) {
      return named;
    }
    List<Addon> attached =
        attachments(name, ofApp).stream().map(Attachment::addon).distinct().toList();
    if (!attached.isEmpty()) {
      return attached;
    }
    String service = name.contains(":") ? name.substring(0, name.indexOf(':')) : name;
    List<Addon> ofAppAddons = ofApp.stream().map(Attachment::addon).distinct().toList();
    return (inApp ? ofAppAddons : visible)
        .stream()
            .filter(a ->
                a.service().equals(service) && (!name.contains(":") || a.fullPlan().equals(name)))
            .toList();
  }

  /** Whether {@code name} is the attachment's name, with or without {@code _URL}, or its id. */
  static boolean isNamed(Attachment attachment, String name) {
    return attachment.name().equalsIgnoreCase(withoutUrl(name)) || is(attachment.id(), name);
  }

  private static String withoutUrl(String name) {
    return name.length() > 4 && name.toUpperCase(Locale.ROOT).endsWith("_URL")
        ? name.substring(0, name.length() - 4)
        : name;
  }

  private static boolean is(UUID id, String text) {
    return id.toString().equalsIgnoreCase(text);
  }
}
