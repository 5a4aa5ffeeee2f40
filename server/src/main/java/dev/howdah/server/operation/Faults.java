package dev.howdah.server.operation;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The faults that {@code HOWDAH_FAULT} asks for: {@code kind/step/what}, several with commas
 * between them. {@code before} and {@code after} halt the JVM, as {@code kill -9} would, around the
 * commit of the step's record; {@code fail} lets the step fail for good after its work was done, so
 * that the operation is undone.
 */
public final class Faults implements FaultPoint {
  private static final Set<String> WHAT = Set.of("before", "after", "fail");

  private final List<Fault> faults;

  private record Fault(String kind, String step, String what) {

    static Fault of(String text) {
      String[] words = text.strip().split("/", -1);
      if (words.length != 3 || !WHAT.contains(words[2])) {
        throw new IllegalArgumentException(
            "HOWDAH_FAULT is kind/step/before, …/after or …/fail, not " + text);
      }
      return new Fault(words[0], words[1], words[2]);
    }

    boolean is(String kind, String step, String what) {
      return this.kind.equals(kind) && this.step.equals(step) && this.what.equals(what);
    }
  }

  private Faults(List<Fault> faults) {
    this.faults = faults;
  }

  /**
   * The faults of a text.
   *
   * @throws IllegalArgumentException when it cannot be read
   */
  public static Faults of(String text) {
    return new Faults(Stream.of(text.split(",", -1)).map(Fault::of).toList());
  }

  /**
   * Checks that every fault is in a step that exists: a test of a renamed step would pass and prove
   * nothing.
   *
   * @throws IllegalArgumentException that names all steps there are
   */
  public void require(List<Procedure> procedures) {
    Set<String> known =
        procedures.stream()
            .flatMap(procedure ->
                Stream.concat(
                    procedure.steps().stream().map(step -> procedure.kind() + "/" + step.name()),
                    procedure.undo().stream().map(step -> procedure.kind() + "/" + step.name())))
            .collect(Collectors.toSet());
    for (Fault fault : faults) {
      if (!known.contains(fault.kind() + "/" + fault.step())) {
        throw new IllegalArgumentException(
            "HOWDAH_FAULT names no step there is: "
                + fault.kind()
                + "/"
                + fault.step()
                + ". There are:\n"
                + list(procedures));
      }
    }
  }

  /** One line for each procedure: {@code kind: step step; undo: step}. */
  private static String list(List<Procedure> procedures) {
    Set<String> lines = new TreeSet<>();
    for (Procedure procedure : procedures) {
      lines.add(
          procedure.kind()
              + ": "
              + names(procedure.steps())
              + (procedure.canUndo() ? "; undo: " + names(procedure.undo()) : ""));
    }
    return String.join("\n", lines);
  }

  private static String names(List<Procedure.Step> steps) {
    return steps.stream().map(Procedure.Step::name).collect(Collectors.joining(" "));
  }

  @Override
  public void reached(String kind, String step, String moment) {
    if (faults.stream().anyMatch(fault -> fault.is(kind, step, moment))) {
      Runtime.getRuntime().halt(137);
    }
  }

  @Override
  public boolean fails(String kind, String step) {
    return faults.stream().anyMatch(fault -> fault.is(kind, step, "fail"));
  }
}
