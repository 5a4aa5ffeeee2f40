package dev.howdah.postgres.copy;

import dev.howdah.postgres.repository.BaseCopy;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Chooses what a recovery from a repository begins with. */
public final class Bases {

  private Bases() {}

  /**
   * The base copy that reaches the target with the least to replay; empty when every one is too
   * young. One that was complete only after the target shows what came later and cannot be used.
   */
  public static Optional<BaseCopy> choose(List<BaseCopy> bases, Target target) {
    return bases.stream()
        .filter(base ->
            switch (target) {
              case Target.Latest _ -> true;
              case Target.At at -> !base.finishedAt().isAfter(at.time());
            })
        .max(
            Comparator.comparing(BaseCopy::finishedAt)
                .thenComparing(BaseCopy::stop)
                .thenComparing(BaseCopy::label));
  }
}
