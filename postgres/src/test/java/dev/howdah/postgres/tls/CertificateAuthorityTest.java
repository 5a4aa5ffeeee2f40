package dev.howdah.postgres.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateAuthorityTest {

  private static final Instant NOW = Instant.parse("2026-11-23T06:00:00Z");

  @TempDir private Path directory;

  @Test
  void isTheSameWhenOpenedAgain() throws Exception {
    CertificateAuthority first = open(NOW);
    assertThat(open(NOW.plusSeconds(100)).certificatePem()).isEqualTo(first.certificatePem());
    assertThat(Files.readString(first.certificateFile()))
        .isEqualTo(first.certificatePem())
        .doesNotContain("PRIVATE");
  }

  @Test
  void keepsItsKeyToItself() throws Exception {
    open(NOW);
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(directory.resolve("s/ca-key.pem"))))
        .isEqualTo("rw-------");
  }

  @Test
  void namesHostsAndAddresses() throws Exception {
    ServerCertificate issued = open(NOW).issue(List.of("db.example.com", "192.0.2.7", "fd00::7"));
    var names = Pem.certificate(issued.chainPem()).getSubjectAlternativeNames();
    assertThat(names.toString())
        .contains("db.example.com", "192.0.2.7", "fd00:0:0:0:0:0:0:7", "localhost", "127.0.0.1");
    Pem.certificate(issued.chainPem())
        .verify(Pem.certificate(open(NOW).certificatePem()).getPublicKey());
    assertThat(issued).hasToString("ServerCertificate[key hidden]");
  }

  @Test
  void renewsInTimeAndWhenNamesAreMissing() {
    List<String> names = List.of("db.example.com", "fd00::7");
    String pem = open(NOW).issue(names).chainPem();
    assertThat(open(NOW).needsRenewal(pem, names)).isFalse();
    assertThat(open(NOW).needsRenewal(pem, List.of("db.example.com"))).isFalse();
    assertThat(open(NOW).needsRenewal(pem, List.of("other.example.com"))).isTrue();
    assertThat(open(NOW.plus(Duration.ofDays(260))).needsRenewal(pem, names)).isFalse();
    assertThat(open(NOW.plus(Duration.ofDays(270))).needsRenewal(pem, names)).isTrue();
    assertThat(open(NOW).needsRenewal("", names)).isTrue();
  }

  @Test
  void doesNotTakeAStrangersCertificateForItsOwn() {
    CertificateAuthority stranger =
        CertificateAuthority.open(directory.resolve("t"), Clock.fixed(NOW, ZoneOffset.UTC));
    String pem = stranger.issue(List.of()).chainPem();
    assertThat(open(NOW).needsRenewal(pem, List.of())).isTrue();
  }

  private CertificateAuthority open(Instant now) {
    return CertificateAuthority.open(directory.resolve("s"), Clock.fixed(now, ZoneOffset.UTC));
  }
}
