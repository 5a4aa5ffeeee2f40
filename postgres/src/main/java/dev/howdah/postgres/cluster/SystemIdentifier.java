package dev.howdah.postgres.cluster;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.os.Command;
import dev.howdah.postgres.version.Installation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * Gives a copied data directory an identity of its own. Archives, replicas and restores tell
 * clusters apart by the system identifier, and a copy has its template's; PostgreSQL has no tool
 * that changes it. The server must be shut down.
 */
final class SystemIdentifier {

  private static final Pattern IDENTIFIER =
      Pattern.compile("Database system identifier: +([0-9]+)");
  private static final Pattern NONCE =
      Pattern.compile("Mock authentication nonce: +([0-9a-f]{64})");

  /** The checksum ends the control data, at a place that differs from version to version. */
  private static final int FIRST_CHECKSUM = 200;

  private static final int LAST_CHECKSUM = 500;

  /**
   * Where the first page of a write-ahead log file has the identifier, and its long-header flag.
   */
  private static final int WAL_IDENTIFIER = 24;

  private static final int WAL_FLAGS = 2;
  private static final int WAL_LONG_HEADER = 0x0002;
  private static final Pattern WAL_FILE = Pattern.compile("[0-9A-F]{24}");

  private static final SecureRandom RANDOM = new SecureRandom();

  private SystemIdentifier() {}

  /** Reads the identifier as PostgreSQL's own tool sees it. */
  static String read(Installation installation, Path data) {
    return find(IDENTIFIER, controlData(installation, data));
  }

  /** Whether PostgreSQL's own tool finds the control data sound. */
  static boolean isReadable(Installation installation, Path data) {
    try {
      String printed = controlData(installation, data);
      // A wrong checksum is only a warning to it.
      return IDENTIFIER.matcher(printed).find() && !printed.contains("WARNING");
    } catch (PostgresException unreadable) {
      return false;
    }
  }

  /** Writes a new random identifier everywhere, and has PostgreSQL's own tool confirm it. */
  static void renew(Installation installation, Path data) {
    try {
      Path control = data.resolve("global/pg_control");
      ByteBuffer content = ByteBuffer.wrap(Files.readAllBytes(control));
      content.order(ByteOrder.nativeOrder());
      int end = checksumPosition(content);
      long old = content.getLong(0);
      byte[] oldNonce = HexFormat.of().parseHex(find(NONCE, controlData(installation, data)));
      long renewed = random();
      content.putLong(0, renewed);
      renewNonce(content.array(), end, oldNonce);
      content.putInt(end, checksum(content, end));
      Files.write(control, content.array());
      try (Stream<Path> files = Files.list(data.resolve("pg_wal"))) {
        List<Path> segments =
            files.filter(f -> WAL_FILE.matcher(f.getFileName().toString()).matches()).toList();
        for (Path segment : segments) {
          renewSegment(segment, old, renewed);
        }
      }
      String confirmed = read(installation, data);
      if (!confirmed.equals(Long.toUnsignedString(renewed))) {
        throw new PostgresException(
            "the new system identifier of " + data + " was not accepted: " + confirmed);
      }
    } catch (IOException e) {
      throw new PostgresException("could not renew the system identifier: " + e, e);
    }
  }

  /** As PostgreSQL makes them, the time in the upper half; the lower half is all chance here. */
  private static long random() {
    return (Instant.now().getEpochSecond() << 32) | Integer.toUnsignedLong(RANDOM.nextInt());
  }

  private static int checksumPosition(ByteBuffer content) {
    for (int position = FIRST_CHECKSUM; position < LAST_CHECKSUM; position += 4) {
      if (content.getInt(position) == checksum(content, position)) {
        return position;
      }
    }
    throw new PostgresException("the control file has no valid checksum");
  }

  private static int checksum(ByteBuffer content, int length) {
    CRC32C crc = new CRC32C();
    crc.update(content.slice(0, length));
    return (int) crc.getValue();
  }

  /** The salt invented for user names that do not exist; two clusters must not share it. */
  private static void renewNonce(byte[] content, int end, byte[] old) {
    for (int at = 0; at + old.length <= end; at++) {
      if (java.util.Arrays.equals(content, at, at + old.length, old, 0, old.length)) {
        byte[] nonce = new byte[old.length];
        RANDOM.nextBytes(nonce);
        System.arraycopy(nonce, 0, content, at, nonce.length);
        return;
      }
    }
  }

  private static void renewSegment(Path segment, long old, long renewed) throws IOException {
    try (FileChannel channel =
        FileChannel.open(segment, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer header = ByteBuffer.allocate(WAL_IDENTIFIER + Long.BYTES);
      header.order(ByteOrder.nativeOrder());
      channel.read(header, 0);
      boolean longHeader = (header.getShort(WAL_FLAGS) & WAL_LONG_HEADER) != 0;
      // A segment made ahead of its use is still empty.
      if (longHeader && header.getLong(WAL_IDENTIFIER) == old) {
        ByteBuffer identifier = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
        identifier.putLong(0, renewed);
        channel.write(identifier, WAL_IDENTIFIER);
      }
    }
  }

  /** What PostgreSQL's own tool prints of a cluster's control data. */
  static String controlData(Installation installation, Path data) {
    return Command.of(installation.program("pg_controldata"), "-D", data).run();
  }

  private static String find(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) {
      throw new PostgresException("not what pg_controldata prints: " + text);
    }
    return matcher.group(1);
  }
}
