package dev.howdah.server.drain;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;

/** A syslog server that reads octet-counted frames as fast as it is allowed to. */
final class Receiver implements AutoCloseable {
  final Queue<String> frames = new ConcurrentLinkedQueue<>();
  final Semaphore allowed;
  private final ServerSocket server;
  private final List<Socket> peers = new CopyOnWriteArrayList<>();

  private Receiver(ServerSocket server, int allowed) {
    this.server = server;
    this.allowed = new Semaphore(allowed);
    Thread.ofVirtual().start(this::accept);
  }

  static Receiver on(ServerSocket server) {
    return new Receiver(server, Integer.MAX_VALUE);
  }

  static Receiver slow() throws IOException {
    ServerSocket server = new ServerSocket();
    server.setReceiveBufferSize(4096);
    server.bind(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    return new Receiver(server, 0);
  }

  static Receiver open() throws IOException {
    return on(new ServerSocket(0, 10, InetAddress.getLoopbackAddress()));
  }

  int port() {
    return server.getLocalPort();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket peer = server.accept();
        peers.add(peer);
        Thread.ofVirtual().start(() -> read(peer));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void read(Socket peer) {
    try (InputStream in = new BufferedInputStream(peer.getInputStream())) {
      while (true) {
        allowed.acquire();
        int length = 0;
        for (int c = in.read(); c != ' '; c = in.read()) {
          if (c < '0' || c > '9') {
            return;
          }
          length = length * 10 + c - '0';
        }
        byte[] frame = in.readNBytes(length);
        if (frame.length < length) {
          return;
        }
        frames.add(new String(frame, UTF_8));
      }
    } catch (IOException | InterruptedException gone) {
      // So be it.
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket peer : peers) {
      peer.close();
    }
  }
}
