package dev.howdah.server.network;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * What of the network users may have Howdah connect to. It is inside a network that they may not be
 * in, where servers trust whoever reaches them.
 */
public enum Reach {
  /** The internet alone. */
  PUBLIC,
  /** Private networks, too. */
  PRIVATE,
  /** This host itself, too. */
  ANY;

  /**
   * Reads a setting.
   *
   * @param name of the setting, for who has to mend it
   */
  public static Reach of(String name, String text) {
    return switch (text) {
      case "public" -> PUBLIC;
      case "private" -> PRIVATE;
      case "any" -> ANY;
      default -> throw new IllegalArgumentException(name + " is public, private or any");
    };
  }

  /** Whether an address may be connected to; one where clouds hand out secrets never is. */
  public boolean allows(InetAddress address) {
    boolean own = address.isLoopbackAddress() || address.isAnyLocalAddress();
    boolean odd = address.isLinkLocalAddress() || address.isMulticastAddress();
    return !odd && !(own && this != ANY) && !(isPrivate(address) && this == PUBLIC);
  }

  /** All the addresses of a host; none of one that does not exist. */
  public static List<InetAddress> addresses(String host) {
    try {
      return List.of(InetAddress.getAllByName(host));
    } catch (UnknownHostException nobody) {
      return List.of();
    }
  }

  private static boolean isPrivate(InetAddress address) {
    byte[] bytes = address.getAddress();
    boolean uniqueLocal = address instanceof Inet6Address && (bytes[0] & 0xfe) == 0xfc;
    boolean shared = bytes.length == 4 && bytes[0] == 100 && (bytes[1] & 0xc0) == 64;
    return address.isSiteLocalAddress() || uniqueLocal || shared;
  }
}
