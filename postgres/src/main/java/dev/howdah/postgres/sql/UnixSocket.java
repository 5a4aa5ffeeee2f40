package dev.howdah.postgres.sql;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Socket} over the JDK's own Unix socket channel, as much of one as pgjdbc needs. A thread
 * that waits for the server parks in the channel, so any number of virtual threads may wait.
 *
 * <p>A read that takes longer than the socket's timeout closes the socket: the driver gives a
 * connection up after a timeout anyway. Only the shortest timeouts, with which the driver asks
 * whether anything has arrived, leave it open.
 */
final class UnixSocket extends Socket {
  /** Up to this many milliseconds a timeout means "look, do not wait". */
  private static final int GLANCE = 10;

  private static final ScheduledExecutorService TIMER =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("unix-socket-timeouts").factory());

  private final Path path;
  private final SocketChannel channel;
  private volatile int timeout;

  UnixSocket(Path path) throws IOException {
    this.path = path;
    this.channel = SocketChannel.open(StandardProtocolFamily.UNIX);
  }

  @Override
  public void connect(@Nullable SocketAddress ignored) throws IOException {
    connect(ignored, 0);
  }

  /** Connects to the path; connecting to a local socket does not wait, so neither does this. */
  @Override
  public void connect(@Nullable SocketAddress ignored, int ignoredTimeout) throws IOException {
    try {
      channel.connect(UnixDomainSocketAddress.of(path));
    } catch (IOException refused) {
      channel.close();
      throw refused;
    }
  }

  @Override
  public boolean isConnected() {
    return channel.isConnected();
  }

  @Override
  public boolean isClosed() {
    return !channel.isOpen();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  @Override
  public void shutdownOutput() throws IOException {
    channel.shutdownOutput();
  }

  @Override
  public InputStream getInputStream() {
    return new Input();
  }

  @Override
  public OutputStream getOutputStream() {
    return Channels.newOutputStream(channel);
  }

  @Override
  public void setSoTimeout(int milliseconds) {
    timeout = milliseconds;
  }

  @Override
  public int getSoTimeout() {
    return timeout;
  }

  // What follows means nothing on a Unix socket; the driver sets it all the same.

  @Override
  public void setTcpNoDelay(boolean on) {}

  @Override
  public boolean getTcpNoDelay() {
    return true;
  }

  @Override
  public void setKeepAlive(boolean on) {}

  @Override
  public void setReceiveBufferSize(int size) {}

  @Override
  public int getReceiveBufferSize() {
    return 1 << 16;
  }

  @Override
  public void setSendBufferSize(int size) {}

  @Override
  public int getSendBufferSize() {
    return 1 << 16;
  }

  private final class Input extends InputStream {
    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
      int patience = timeout;
      if (patience == 0) {
        return channel.read(buffer);
      }
      return patience <= GLANCE ? glance(buffer) : readWithin(patience, buffer);
    }

    private int glance(ByteBuffer buffer) throws IOException {
      channel.configureBlocking(false);
      try {
        int read = channel.read(buffer);
        if (read == 0) {
          throw new SocketTimeoutException("nothing has arrived");
        }
        return read;
      } finally {
        channel.configureBlocking(true);
      }
    }

    private int readWithin(int milliseconds, ByteBuffer buffer) throws IOException {
      AtomicBoolean late = new AtomicBoolean();
      Future<?> alarm =
          TIMER.schedule(
              () -> {
                late.set(true);
                channel.close();
                return null;
              },
              milliseconds,
              TimeUnit.MILLISECONDS);
      try {
        return channel.read(buffer);
      } catch (ClosedChannelException closed) {
        if (late.get()) {
          throw new SocketTimeoutException("no answer within " + milliseconds + " ms");
        }
        throw closed;
      } finally {
        alarm.cancel(false);
      }
    }
  }
}
