package dev.howdah.cli;

/** Where the launcher script arrives. */
public final class Main {
  private Main() {}

  /** Runs one command and leaves with its exit status. */
  public static void main(String[] args) {
    System.out.println("howdah/0.1.0-SNAPSHOT");
  }
}
