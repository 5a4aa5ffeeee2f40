package dev.howdah.postgres.os;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Whether a TCP port can be had. Allocation itself is the caller's business. */
public final class Ports {

  private Ports() {}

  /**
   * Whether a server could listen there now. Only a hint: another process may take the port the
   * next moment, and then the start says so.
   *
   * @param address a host name or address; {@code *} for all of them
   */
  public static boolean isFree(String address, int port) {
    try (ServerSocket socket = new ServerSocket()) {
      // As PostgreSQL does: connections still in TIME_WAIT do not make a port taken.
      socket.setReuseAddress(true);
      socket.bind(
          address.equals("*")
              ? new InetSocketAddress(port)
              : new InetSocketAddress(InetAddress.getByName(address), port));
      return true;
    } catch (IOException taken) {
      return false;
    }
  }
}
