package dev.howdah.postgres.os;

/** Whether a TCP port can be had. Allocation itself is the caller's business. */
@SuppressWarnings("DoNotCallSuggester") // a signature, its body to come
public final class Ports {

  private Ports() {}

  /**
   * Whether a server could listen there now. Only a hint: another process may take the port the
   * next moment, and then the start says so.
   */
  public static boolean isFree(String address, int port) {
    throw new UnsupportedOperationException();
  }
}
