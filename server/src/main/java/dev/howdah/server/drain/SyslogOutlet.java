package dev.howdah.server.drain;

import dev.howdah.server.log.LogLine;
import dev.howdah.server.network.Reach;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * A TCP or TLS connection that frames are written to. Syslog has no acknowledgement: what the
 * peer's machine has taken when the peer dies is lost, and nobody can count it.
 */
final class SyslogOutlet implements Outlet {
  private static final Duration CONNECT = Duration.ofSeconds(10);

  /** A peer that takes nothing for so long has hung. */
  private static final Duration WRITE = Duration.ofSeconds(30);

  private static final int BATCH = 256 * 1024;
  private static final int PIECE = 64 * 1024;

  private final DrainTarget.Syslog target;
  private final String token;
  private final SSLSocketFactory tls;
  private final Reach reach;
  private final Deadlines deadlines;
  private volatile @Nullable Socket socket;

  SyslogOutlet(
      DrainTarget.Syslog target,
      String token,
      SSLSocketFactory tls,
      Reach reach,
      Deadlines deadlines) {
    this.target = target;
    this.token = token;
    this.tls = tls;
    this.reach = reach;
    this.deadlines = deadlines;
  }

  @Override
  public int batchBytes() {
    return BATCH;
  }

  @Override
  public void send(Batch batch) throws IOException {
    Socket known = socket;
    Socket open = known == null || known.isClosed() ? connect() : known;
    var bytes = new ByteArrayOutputStream(BATCH + BATCH / 2);
    for (LogLine line : batch.lines()) {
      Frames.syslog(line, token, bytes);
    }
    byte[] all = bytes.toByteArray();
    OutputStream out = open.getOutputStream();
    // In pieces: a slow peer has time for each of them, only one that takes nothing has hung.
    for (int begin = 0; begin < all.length; begin += PIECE) {
      int from = begin;
      int length = Math.min(PIECE, all.length - from);
      deadlines.within(WRITE, open, () -> out.write(all, from, length));
    }
  }

  @Override
  public void close() {
    Socket open = socket;
    socket = null;
    if (open != null) {
      close(open);
    }
  }

  private static void close(Socket open) {
    try {
      open.close();
    } catch (IOException gone) {
      // It is gone either way.
    }
  }

  private Socket connect() throws IOException {
    Socket plain = new Socket();
    try {
      plain.connect(
          new InetSocketAddress(target.address(reach), target.port()), (int) CONNECT.toMillis());
      plain.setKeepAlive(true);
      Socket open = target.tls() ? secure(plain) : plain;
      socket = open;
      Thread.ofVirtual().name("drain-peer").start(() -> awaitEnd(open));
      return open;
    } catch (IOException failed) {
      close(plain);
      throw failed;
    }
  }

  private Socket secure(Socket plain) throws IOException {
    SSLSocket secure = (SSLSocket) tls.createSocket(plain, target.host(), target.port(), true);
    SSLParameters parameters = secure.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
    secure.setSSLParameters(parameters);
    // The plain socket: closing the other one would wait for the peer to say good-bye.
    deadlines.within(CONNECT, plain, secure::startHandshake);
    return secure;
  }

  /** A peer has nothing to say. When it ends, nothing more must be written to it. */
  private static void awaitEnd(Socket open) {
    byte[] ignored = new byte[1024];
    try {
      while (open.getInputStream().read(ignored) >= 0) {}
    } catch (IOException gone) {
      // So be it.
    }
    close(open);
  }
}
