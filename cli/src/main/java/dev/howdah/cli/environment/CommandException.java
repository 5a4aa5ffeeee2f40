package dev.howdah.cli.environment;

/** The command cannot go on; the message is for the user, one sentence a line. */
public final class CommandException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int exitStatus;

  public CommandException(String message) {
    this(message, 1);
  }

  public CommandException(String message, int exitStatus) {
    super(message, null, false, false);
    this.exitStatus = exitStatus;
  }

  public int exitStatus() {
    return exitStatus;
  }

  /** The text, never null. */
  public String text() {
    return String.valueOf(getMessage());
  }
}
