package dev.howdah.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;

/**
 * A hundred ports for one server and its databases. A file lock keeps them from other test runs on
 * the same machine; it is gone with the process that holds it, however that ends. The ports lie
 * above the product's default range and below the kernel's range for outgoing connections.
 */
final class PortBlock implements AutoCloseable {
  private static final int LOWEST = 26_000;
  private static final int BLOCKS = 67;
  private static final int SIZE = 100;

  private final int first;
  private final FileChannel lock;

  private PortBlock(int first, FileChannel lock) {
    this.first = first;
    this.lock = lock;
  }

  static PortBlock reserve() {
    Path directory = Path.of(System.getProperty("java.io.tmpdir"), "howdah-acceptance-ports");
    try {
      Files.createDirectories(directory);
      int offset = new Random().nextInt(BLOCKS);
      for (int i = 0; i < BLOCKS; i++) {
        int first = LOWEST + (offset + i) % BLOCKS * SIZE;
        FileChannel channel =
            FileChannel.open(
                directory.resolve(Integer.toString(first)),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        if (locked(channel) && free(first)) {
          return new PortBlock(first, channel);
        }
        channel.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new AssertionError("no ports are left for another test server");
  }

  /** The port of the server itself. */
  int http() {
    return first;
  }

  /** The ports of its databases, as HOWDAH_DATABASE_PORTS has it. */
  String databases() {
    return (first + 1) + "-" + (first + SIZE - 1);
  }

  private static boolean locked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (java.nio.channels.OverlappingFileLockException ours) {
      return false;
    }
  }

  private static boolean free(int port) {
    try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException taken) {
      return false;
    }
  }

  @Override
  public void close() {
    try {
      lock.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
