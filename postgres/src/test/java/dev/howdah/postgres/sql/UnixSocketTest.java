package dev.howdah.postgres.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnixSocketTest {
  @TempDir Path directory;
  private ServerSocketChannel server;
  private Path path;

  @BeforeEach
  void listen() throws IOException {
    path = directory.resolve("s");
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(path));
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  @Test
  void carriesBytesBothWays() throws Exception {
    Socket socket = connect();
    try (SocketChannel peer = server.accept()) {
      socket.getOutputStream().write(new byte[] {1, 2, 3});
      ByteBuffer received = ByteBuffer.allocate(3);
      peer.read(received);
      assertThat(received.array()).containsExactly(1, 2, 3);
      peer.write(ByteBuffer.wrap(new byte[] {(byte) 200}));
      assertThat(socket.getInputStream().read()).isEqualTo(200);
    }
    assertThat(socket.getInputStream().read()).isEqualTo(-1);
  }

  @Test
  void looksWithoutWaitingAndStaysOpen() throws Exception {
    Socket socket = connect();
    try (SocketChannel peer = server.accept()) {
      socket.setSoTimeout(1);
      assertThatThrownBy(() -> socket.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
      peer.write(ByteBuffer.wrap(new byte[] {7}));
      socket.setSoTimeout(0);
      assertThat(socket.getInputStream().read()).isEqualTo(7);
    }
  }

  @Test
  void closesWhenAnAnswerTakesTooLong() throws Exception {
    Socket socket = connect();
    try (SocketChannel _ = server.accept()) {
      socket.setSoTimeout(100);
      assertThatThrownBy(() -> socket.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
      assertThat(socket.isClosed()).isTrue();
    }
  }

  /** One waiting statement must not keep all others from being answered. */
  @Test
  void letsManyVirtualThreadsWaitWhileOthersAreServed() throws Exception {
    List<SocketChannel> peers = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Socket> waiting = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        Socket socket = connect();
        peers.add(server.accept());
        waiting.add(socket);
        var _ = threads.submit(() -> socket.getInputStream().read());
      }
      Socket served = connect();
      SocketChannel peer = server.accept();
      peers.add(peer);
      CompletableFuture<Integer> answer =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return served.getInputStream().read();
                } catch (IOException broken) {
                  throw new java.io.UncheckedIOException(broken);
                }
              },
              threads);
      peer.write(ByteBuffer.wrap(new byte[] {9}));
      assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo(9);
      for (Socket socket : waiting) {
        socket.close();
      }
    } finally {
      for (SocketChannel peer : peers) {
        peer.close();
      }
    }
  }

  private Socket connect() throws IOException {
    Socket socket = new UnixSocketFactory(path.toString()).createSocket();
    socket.connect(null);
    return socket;
  }
}
