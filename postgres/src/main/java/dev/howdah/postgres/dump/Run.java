package dev.howdah.postgres.dump;

import java.util.List;
import java.util.Optional;

/** Work of pg_dump or pg_restore that goes on by itself and can be looked at. */
public interface Run {

  /**
   * How it ended.
   *
   * @param reason why it failed; empty when it did not
   * @param warnings statements that failed without harm (see {@link RestoreReport})
   */
  record Result(boolean succeeded, String reason, int warnings) {

    static Result failed(String reason) {
      return new Result(false, reason, 0);
    }
  }

  /** Bytes that have flowed so far. */
  long bytes();

  /** How it ended; empty while it goes on. */
  Optional<Result> result();

  /** What the programs said since this was last asked. */
  List<String> takeMessages();

  /** Ends the programs. What they had not committed leaves no trace. */
  void cancel();
}
