package dev.howdah.server.operation;

import dev.howdah.server.doctor.Check;
import dev.howdah.server.doctor.Finding;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Jdbi;

/** Whether operations get on, and what became of the last ones. */
final class OperationCheck {
  private static final String ABOUT = "Operations";
  private static final Duration RECENT = Duration.ofDays(1);

  private final Jdbi jdbi;
  private final InstantSource clock;
  private final OperationStore store;

  OperationCheck(Jdbi jdbi, InstantSource clock, OperationStore store) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.store = store;
  }

  Check check() {
    return new Check(ABOUT, this::findings);
  }

  private List<Finding> findings() {
    var findings = new ArrayList<Finding>();
    jdbi.useHandle(handle -> {
      int underWay = 0;
      for (OperationStore.Named named : store.underWay(handle)) {
        underWay++;
        Operation operation = named.operation();
        if (operation.attempt() > 0) {
          findings.add(
              Finding.bad(
                  ABOUT,
                  "%s of %s has failed %d times at %s: %s"
                      .formatted(
                          operation.kind(),
                          named.subject(),
                          operation.attempt(),
                          operation.step(),
                          operation.error().orElse("no reason given")),
                  "It is tried again at %s. See to its reason, or cancel what was asked."
                      .formatted(operation.wakeAt())));
        }
      }
      int undone = store.failedSince(handle, clock.instant().minus(RECENT));
      findings.add(
          Finding.good(
              ABOUT, "%d under way; %d were taken back within a day".formatted(underWay, undone)));
    });
    return findings;
  }
}
