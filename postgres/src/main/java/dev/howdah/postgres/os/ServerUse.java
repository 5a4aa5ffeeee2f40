package dev.howdah.postgres.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

/**
 * What the kernel knows of a server and its sessions.
 *
 * @param readBytes read from the disk since the server started; of ended sessions as well, which
 *     the kernel adds to the server that waited for them
 * @param writeBytes the same for writes
 * @param memoryKb memory it has for itself, and its share of what it shares with others
 */
public record ServerUse(long readBytes, long writeBytes, long memoryKb) {
  private static final Pattern READ = Pattern.compile("(?m)^read_bytes: (\\d+)$");
  private static final Pattern WRITE = Pattern.compile("(?m)^write_bytes: (\\d+)$");
  private static final Pattern SHARE = Pattern.compile("(?m)^Pss: +(\\d+) kB$");

  /** Of the server with a process id, as it is now. */
  public static ServerUse of(long pid) {
    long read = 0;
    long write = 0;
    long memory = 0;
    LongStream all =
        LongStream.concat(
            LongStream.of(pid),
            ProcessHandle.of(pid).stream()
                .flatMap(ProcessHandle::descendants)
                .mapToLong(ProcessHandle::pid));
    for (long process : all.toArray()) {
      Path directory = Path.of("/proc", Long.toString(process));
      String io = text(directory.resolve("io"));
      read += number(READ, io);
      write += number(WRITE, io);
      memory += number(SHARE, text(directory.resolve("smaps_rollup")));
    }
    return new ServerUse(read, write, memory);
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException ended) {
      return "";
    }
  }

  private static long number(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
  }
}
