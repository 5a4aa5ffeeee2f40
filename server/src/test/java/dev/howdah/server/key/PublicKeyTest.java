package dev.howdah.server.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.server.platform.ApiError;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.ValueSource;

class PublicKeyTest {
  private static final String ED25519 =
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIrSt7+aEMthsyzlEWq+CboosVVXROtdh7Gx3D1r8BPv";

  @ParameterizedTest
  @CsvFileSource(resources = "keys.csv", delimiter = '|') // as ssh-keygen -l -E md5 tells them
  void readsWhatSshKeygenWrites(String line, String fingerprint) {
    PublicKey key = PublicKey.parse(line + "\n");
    assertThat(key.fingerprint()).isEqualTo(fingerprint);
    assertThat(key.line()).isEqualTo(line);
    assertThat(key.comment()).isEqualTo("someone@example.com");
  }

  @Test
  void theCommentIsNotPartOfTheKey() {
    PublicKey bare = PublicKey.parse(ED25519);
    assertThat(bare.comment()).isEmpty();
    assertThat(PublicKey.parse(ED25519 + " my key, the good one").fingerprint())
        .isEqualTo(bare.fingerprint());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "ssh-ed25519",
        "hello world",
        "ssh-ed25519 !!!!",
        "ssh-ed25519 AAAA",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA==",
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAAA=="
      })
  void refusesNonsense(String text) {
    refuses(text);
  }

  @Test
  void refusesATypeThatIsNotTheKeys() {
    refuses(ED25519.replaceFirst("ssh-ed25519", "ssh-rsa"));
  }

  @Test
  void refusesTwoKeysAtOnce() {
    refuses(ED25519 + "\n" + ED25519);
  }

  @Test
  void refusesAKeyThatIsCutOrLengthened() {
    byte[] blob = Base64.getDecoder().decode(ED25519.substring("ssh-ed25519 ".length()));
    for (int length = 0; length < blob.length + 3; length++) {
      if (length != blob.length) {
        String body = Base64.getEncoder().encodeToString(Arrays.copyOf(blob, length));
        refuses("ssh-ed25519 " + body);
      }
    }
  }

  @Test
  void refusesLengthsThatLeadAstray() {
    byte[] blob = Base64.getDecoder().decode(ED25519.substring("ssh-ed25519 ".length()));
    for (int length : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 1 << 30}) {
      byte[] changed = blob.clone();
      ByteBuffer.wrap(changed).putInt(0, length);
      refuses("ssh-ed25519 " + Base64.getEncoder().encodeToString(changed));
    }
  }

  @Test
  void refusesRsaKeysTooSmallToBeSafe() {
    assertThatThrownBy(() -> PublicKey.parse(rsa(BigInteger.ONE.shiftLeft(1023).setBit(0))))
        .hasMessageContaining("this one has 1024");
  }

  @Test
  void refusesRsaNumbersThatCannotBe() {
    refuses(rsa(BigInteger.ONE.shiftLeft(2047))); // even
    refuses(rsa(BigInteger.ONE.shiftLeft(2047).setBit(0).negate()));
    refuses(rsa(BigInteger.ZERO));
  }

  @Test
  void namesWhatToDoAboutAPrivateKeyAndAnOldOne() {
    assertThatThrownBy(() -> PublicKey.parse("-----BEGIN RSA PRIVATE KEY-----\nMIIE"))
        .hasMessageContaining(".pub");
    assertThatThrownBy(() -> PublicKey.parse("ssh-dss " + body("ssh-dss")))
        .hasMessageContaining("ssh-keygen -t ed25519");
  }

  private static void refuses(String text) {
    assertThatThrownBy(() -> PublicKey.parse(text))
        .as(text)
        .isInstanceOfSatisfying(ApiError.class, error -> assertThat(error.status()).isEqualTo(422));
  }

  private static String rsa(BigInteger modulus) {
    return "ssh-rsa "
        + body("ssh-rsa", BigInteger.valueOf(65537).toByteArray(), modulus.toByteArray());
  }

  private static String body(String type, byte[]... fields) {
    var blob = new ByteArrayOutputStream();
    write(blob, type.getBytes(StandardCharsets.US_ASCII));
    for (byte[] field : fields) {
      write(blob, field);
    }
    return Base64.getEncoder().encodeToString(blob.toByteArray());
  }

  private static void write(ByteArrayOutputStream out, byte[] field) {
    out.writeBytes(ByteBuffer.allocate(4).putInt(field.length).array());
    out.writeBytes(field);
  }
}
