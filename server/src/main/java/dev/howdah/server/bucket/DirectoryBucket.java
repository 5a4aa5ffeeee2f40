package dev.howdah.server.bucket;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/** Objects as files of a directory that nobody else may enter. */
public final class DirectoryBucket implements Bucket {
  private static final String PARTIAL = ".partial";

  private final Path directory;

  /** The bucket in {@code directory}, which is made when it is first written to. */
  public DirectoryBucket(Path directory) {
    this.directory = directory;
  }

  @Override
  public Upload upload(String name) throws IOException {
    Files.createDirectories(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Path partial = file(name + PARTIAL);
    Files.deleteIfExists(partial);
    FileChannel channel =
        FileChannel.open(
            partial,
            java.util.Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    return new FileUpload(channel, partial, file(name));
  }

  @Override
  public InputStream read(String name, long from) throws IOException {
    try {
      FileChannel channel = FileChannel.open(file(name), StandardOpenOption.READ);
      channel.position(from);
      return Channels.newInputStream(channel);
    } catch (NoSuchFileException missing) {
      throw new FileNotFoundException(name + " is not in " + place());
    }
  }

  @Override
  public void delete(String name) throws IOException {
    Files.deleteIfExists(file(name + PARTIAL));
    Files.deleteIfExists(file(name));
  }

  @Override
  public String place() {
    return directory.toString();
  }

  private Path file(String name) {
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9.-]*")) {
      throw new IllegalArgumentException("not the name of an object: " + name);
    }
    return directory.resolve(name);
  }

  private static final class FileUpload extends Upload {
    private final FileChannel channel;
    private final Path partial;
    private final Path whole;

    FileUpload(FileChannel channel, Path partial, Path whole) {
      this.channel = channel;
      this.partial = partial;
      this.whole = whole;
    }

    @Override
    public void write(int one) throws IOException {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
      ByteBuffer buffer = ByteBuffer.wrap(from, offset, length);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    }

    @Override
    public void publish() throws IOException {
      // On disk before it has its name: a power failure would leave half of it under that.
      channel.force(true);
      channel.close();
      Files.move(partial, whole, StandardCopyOption.ATOMIC_MOVE);
      Path directory = whole.resolveSibling(".");
      try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
        names.force(true);
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
      Files.deleteIfExists(partial);
    }
  }
}
