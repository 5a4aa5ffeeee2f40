package dev.howdah.acceptance.fault;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The process table, as far as it concerns one data directory. */
final class Processes {

  /** A process; {@code directory} is where it works. */
  record Found(long pid, long parent, String directory, String command) {

    boolean isPostgres() {
      // A server's helpers call themselves "postgres: checkpointer" and the like.
      return command.startsWith("postgres:") || command.split(" ", 2)[0].endsWith("/postgres");
    }
  }

  private Processes() {}

  /** Every process that works in {@code root} or names it in its command line. */
  static List<Found> in(Path root) {
    var all = new ArrayList<Found>();
    ProcessHandle.allProcesses()
        .map(ProcessHandle::pid)
        .forEach(pid ->
            read(pid)
                .filter(found ->
                    found.directory().startsWith(root.toString())
                        || found.command().contains(root.toString()))
                .ifPresent(all::add));
    return all;
  }

  /** The process id of the server of each data directory that has one; two are an error. */
  static Map<Path, Long> servers(List<Found> processes) {
    var servers = new HashMap<Path, Long>();
    for (Found process : processes) {
      boolean helper =
          processes.stream()
              .anyMatch(other ->
                  other.pid() == process.parent()
                      && other.isPostgres()
                      && other.directory().equals(process.directory()));
      if (process.isPostgres() && !helper) {
        Long other = servers.put(Path.of(process.directory()), process.pid());
        if (other != null) {
          throw new AssertionError(
              "two servers, " + other + " and " + process.pid() + ", in " + process.directory());
        }
      }
    }
    return servers;
  }

  private static Optional<Found> read(long pid) {
    Path process = Path.of("/proc", Long.toString(pid));
    try {
      String stat = Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1);
      // The name in parentheses may hold anything.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", 3);
      if (fields[0].equals("Z")) {
        return Optional.empty();
      }
      String directory = Files.readSymbolicLink(process.resolve("cwd")).toString();
      String command =
          Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1)
              .replace('\0', ' ');
      // Who has no command any more is about to end, as a zombie is.
      return command.isEmpty()
          ? Optional.empty()
          : Optional.of(new Found(pid, Long.parseLong(fields[1]), directory, command));
    } catch (IOException goneOrForeign) {
      return Optional.empty();
    }
  }
}
