package dev.howdah.server.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The lines of one app on disk, in a few files of bounded size of which the oldest is deleted when
 * a new one begins. What is appended together is there together or not at all after the process was
 * killed: it ends with a mark, and what has none is cut off. Nothing is forced to disk: a power
 * failure may cost the newest lines.
 *
 * <p>One thread at a time appends, which the caller sees to; any number read meanwhile.
 */
final class Journal implements AutoCloseable {
  static final int SEGMENTS = 4;

  private static final String SUFFIX = ".log";
  private static final char MARK = '@';
  private static final int RECENT = 1000;
  private static final int CHUNK = 256 * 1024;
  private static final long MICROS = 1_000_000;

  private final Path directory;
  private final long segmentBytes;

  /** By the sequence number of their first line. */
  private volatile List<Segment> segments = List.of();

  private volatile long last;
  private final Map<String, Long> positions = new HashMap<>();
  private final LinkedHashSet<Origin> recent = new LinkedHashSet<>();
  private @Nullable FileChannel out;

  /** A file of lines, of which the first {@code length} bytes can be read. */
  private record Segment(long first, Path file, long length) {}

  /** Where a reader goes on. */
  record Place(long segment, long offset, long sequence) {}

  /**
   * What a reader gets.
   *
   * @param lost how many lines before these are no longer there
   */
  record Batch(long lost, List<LogLine> lines, Place next) {}

  private Journal(Path directory, long bytes) {
    this.directory = directory;
    this.segmentBytes = Math.max(1, bytes / SEGMENTS);
  }

  /** Opens the journal in a directory, or begins one, to hold about that many bytes. */
  static Journal open(Path directory, long bytes) throws IOException {
    Journal journal = new Journal(directory, bytes);
    journal.recover();
    return journal;
  }

  /** The sequence number of the newest line; 0 when there was none. */
  long last() {
    return last;
  }

  /** The sequence number of the oldest line that is kept, or of the next one. */
  long first() {
    List<Segment> all = segments;
    return all.isEmpty() ? last + 1 : all.getFirst().first();
  }

  /** How far the origin of this name has been logged. */
  Optional<Long> position(String origin) {
    return Optional.ofNullable(positions.get(origin));
  }

  /** Whether something was logged whose origins come in no order; of the newest ones only. */
  boolean knows(Origin origin) {
    return recent.contains(origin);
  }

  private void reached(Origin origin) {
    positions.merge(origin.name(), origin.position(), Math::max);
    recent.add(origin);
    if (recent.size() > RECENT) {
      recent.removeFirst();
    }
  }

  /** Appends entries, and that they bring an origin to where it says. */
  void append(List<LogEntry> entries, Optional<Origin> origin) throws IOException {
    StringBuilder text = new StringBuilder(entries.size() * 200);
    long sequence = last;
    for (LogEntry entry : entries) {
      Instant at = entry.at();
      long micros = at.getEpochSecond() * MICROS + at.getNano() / 1000;
      text.append(++sequence).append('\t').append(micros).append('\t');
      text.append(entry.source()).append('\t').append(entry.process()).append('\t');
      text.append(entry.message()).append('\n');
    }
    mark(text, origin.map(Origin::name).orElse(""), origin.map(Origin::position).orElse(0L));
    List<Segment> all = new ArrayList<>(segments);
    if (all.isEmpty() || all.getLast().length() >= segmentBytes) {
      begin(all);
    }
    Segment segment = all.getLast();
    byte[] bytes = text.toString().getBytes(UTF_8);
    write(segment, bytes);
    all.set(
        all.size() - 1,
        new Segment(segment.first(), segment.file(), segment.length() + bytes.length));
    origin.ifPresent(this::reached);
    last = sequence;
    segments = List.copyOf(all);
  }

  /** The place from which the line after {@code sequence} comes next. */
  Place after(long sequence) {
    return new Place(-1, 0, Math.clamp(sequence, 0, last) + 1);
  }

  /** Lines from a place on, at most {@code most}; none when the place is the end. */
  Batch read(Place place, int most) throws IOException {
    while (true) {
      try {
        return readOnce(place, most);
      } catch (NoSuchFileException deletedMeanwhile) {
        // The segments have moved on; what was in that one is lost to this reader.
      }
    }
  }

  private Batch readOnce(Place place, int most) throws IOException {
    List<Segment> all = segments;
    if (place.sequence() > last || all.isEmpty()) {
      return new Batch(0, List.of(), place);
    }
    long oldest = all.getFirst().first();
    long lost = Math.max(0, oldest - place.sequence());
    Place from = lost > 0 ? new Place(oldest, 0, oldest) : place;
    Segment segment = segmentOf(all, from.sequence());
    long offset = segment.first() == from.segment() ? from.offset() : 0;
    List<LogLine> lines = new ArrayList<>();
    long next = from.sequence();
    try (FileChannel in = FileChannel.open(segment.file(), StandardOpenOption.READ)) {
      ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(CHUNK, segment.length() - offset));
      while (lines.isEmpty() && offset < segment.length()) {
        buffer.clear();
        int wanted = (int) Math.min(buffer.capacity(), segment.length() - offset);
        buffer.limit(wanted);
        while (buffer.hasRemaining() && in.read(buffer, offset + buffer.position()) > 0) {}
        byte[] bytes = buffer.array();
        int begin = 0;
        for (int end = begin; end < buffer.position() && lines.size() < most; end++) {
          if (bytes[end] != '\n') {
            continue;
          }
          if (bytes[begin] != MARK) {
            LogLine line = parse(new String(bytes, begin, end - begin, UTF_8));
            if (line.sequence() >= next) {
              lines.add(line);
              next = line.sequence() + 1;
            }
          }
          begin = end + 1;
        }
        if (begin == 0) {
          throw new IOException("no whole line in " + segment.file() + " at " + offset);
        }
        offset += begin;
      }
    }
    return new Batch(lost, lines, new Place(segment.first(), offset, next));
  }

  private static Segment segmentOf(List<Segment> all, long sequence) {
    for (int i = all.size() - 1; i > 0; i--) {
      if (all.get(i).first() <= sequence) {
        return all.get(i);
      }
    }
    return all.getFirst();
  }

  @Override
  public void close() {
    FileChannel open = out;
    out = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Begins a segment, which says at its top how far every origin is. */
  private void begin(List<Segment> all) throws IOException {
    close();
    while (all.size() >= SEGMENTS) {
      Files.deleteIfExists(all.removeFirst().file());
    }
    Files.createDirectories(directory);
    Segment segment =
        new Segment(last + 1, directory.resolve("%019d%s".formatted(last + 1, SUFFIX)), 0);
    StringBuilder head = new StringBuilder();
    new TreeMap<>(positions).forEach((name, position) -> mark(head, name, position));
    all.add(segment);
    byte[] bytes = head.toString().getBytes(UTF_8);
    Files.write(segment.file(), bytes);
    all.set(all.size() - 1, new Segment(segment.first(), segment.file(), bytes.length));
  }

  private void write(Segment segment, byte[] bytes) throws IOException {
    FileChannel channel = out(segment);
    try {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      for (long at = segment.length(); buffer.hasRemaining(); ) {
        at += channel.write(buffer, at);
      }
    } catch (IOException failed) {
      close();
      throw failed;
    }
  }

  private FileChannel out(Segment segment) throws IOException {
    FileChannel open = out;
    if (open == null || !open.isOpen()) {
      open = FileChannel.open(segment.file(), StandardOpenOption.WRITE);
      // A half of what failed must not stay behind what comes now.
      open.truncate(segment.length());
      out = open;
    }
    return open;
  }

  private static void mark(StringBuilder text, String origin, long position) {
    text.append(MARK).append('\t').append(origin).append('\t').append(position).append('\n');
  }

  private static LogLine parse(String line) {
    int a = line.indexOf('\t');
    int b = line.indexOf('\t', a + 1);
    int c = line.indexOf('\t', b + 1);
    int d = line.indexOf('\t', c + 1);
    if (a < 0 || b < 0 || c < 0 || d < 0) {
      throw new NumberFormatException("not a line of a journal");
    }
    long micros = Long.parseLong(line, a + 1, b, 10);
    return new LogLine(
        Long.parseLong(line, 0, a, 10),
        Instant.ofEpochSecond(Math.floorDiv(micros, MICROS), Math.floorMod(micros, MICROS) * 1000),
        line.substring(b + 1, c),
        line.substring(c + 1, d),
        line.substring(d + 1));
  }

  private void recover() throws IOException {
    if (Files.notExists(directory)) {
      return;
    }
    List<Segment> found = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(Journal::isSegment).sorted().toList()) {
        String name = file.getFileName().toString();
        found.add(new Segment(Long.parseLong(name, 0, 19, 10), file, Files.size(file)));
      }
    }
    if (!found.isEmpty()) {
      Segment newest = found.removeLast();
      last = newest.first() - 1;
      found.add(new Segment(newest.first(), newest.file(), sound(newest)));
    }
    segments = List.copyOf(found);
  }

  private static boolean isSegment(Path file) {
    return file.getFileName().toString().matches("[0-9]{19}\\" + SUFFIX);
  }

  /** Reads the newest segment and cuts off what was not completed; returns what is left. */
  private long sound(Segment segment) throws IOException {
    byte[] bytes = Files.readAllBytes(segment.file());
    int sound = 0;
    long reached = last;
    int begin = 0;
    for (int end = 0; end < bytes.length; end++) {
      if (bytes[end] != '\n') {
        continue;
      }
      try {
        String line = new String(bytes, begin, end - begin, UTF_8);
        if (bytes[begin] == MARK) {
          String[] words = line.split("\t", -1);
          if (!words[1].isEmpty()) {
            reached(new Origin(words[1], Long.parseLong(words[2])));
          }
          last = reached;
          sound = end + 1;
        } else if (parse(line).sequence() == reached + 1) {
          reached++;
        } else {
          break;
        }
      } catch (NumberFormatException | ArrayIndexOutOfBoundsException torn) {
        break;
      }
      begin = end + 1;
    }
    if (sound < bytes.length) {
      try (FileChannel file = FileChannel.open(segment.file(), StandardOpenOption.WRITE)) {
        file.truncate(sound);
      }
    }
    return sound;
  }
}
