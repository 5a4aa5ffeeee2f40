package dev.howdah.server.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.server.Seeds;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;

class VaultTest {
  private final SecureRandom random = new SecureRandom();
  private final UUID owner = UUID.randomUUID();

  private final Path directory;
  private final Vault vault;

  VaultTest(@TempDir Path directory) throws IOException {
    this.directory = directory;
    this.vault = Vault.open(directory, random);
  }

  @ParameterizedTest(name = "seed {0}")
  @Seeds(50)
  void opensWhatItSealed(long seed) {
    Random text = new Random(seed);
    StringBuilder secret = new StringBuilder();
    text.ints(text.nextInt(200), 1, 0xD7FF).forEach(secret::appendCodePoint);
    assertThat(vault.open(owner, vault.seal(owner, secret.toString())))
        .isEqualTo(secret.toString());
  }

  @Test
  void opensAgainAfterARestart() throws IOException {
    byte[] sealed = vault.seal(owner, "secret");
    assertThat(Vault.open(directory, random).open(owner, sealed)).isEqualTo("secret");
  }

  @Test
  void doesNotOpenForAnotherOwner() {
    byte[] sealed = vault.seal(owner, "secret");
    assertThatThrownBy(() -> vault.open(UUID.randomUUID(), sealed))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("master.key");
  }

  @Test
  void doesNotOpenWithAnotherKey(@TempDir Path other) throws IOException {
    byte[] sealed = vault.seal(owner, "secret");
    Vault stranger = Vault.open(other, random);
    assertThatThrownBy(() -> stranger.open(owner, sealed))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void noticesEveryBitThatChanges() {
    byte[] sealed = vault.seal(owner, "secret");
    for (int bit = 0; bit < sealed.length * 8; bit++) {
      byte[] changed = sealed.clone();
      changed[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThatThrownBy(() -> vault.open(owner, changed))
          .as("bit %d", bit)
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void noticesWhatIsCutOff() {
    byte[] sealed = vault.seal(owner, "secret");
    for (int length = 0; length < sealed.length; length++) {
      byte[] cut = java.util.Arrays.copyOf(sealed, length);
      assertThatThrownBy(() -> vault.open(owner, cut)).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void sealsTheSameTextDifferentlyEachTime() {
    assertThat(vault.seal(owner, "secret")).isNotEqualTo(vault.seal(owner, "secret"));
  }

  @Test
  void showsNothingOfTheText() {
    byte[] sealed = vault.seal(owner, "a-secret-that-is-long-enough");
    assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).doesNotContain("secret");
  }

  @Test
  void keepsTheKeyToItself() throws IOException {
    assertThat(Files.getPosixFilePermissions(directory.resolve("master.key")))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void refusesAKeyOfAnotherSize() throws IOException {
    Files.writeString(directory.resolve("master.key"), "short");
    assertThatThrownBy(() -> Vault.open(directory, random))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Put the right one back");
  }

  @Test
  void agreesOnOneKeyWhenManyOpenAtOnce(@TempDir Path fresh) throws Exception {
    var sealed = new ConcurrentHashMap<Integer, byte[]>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 16; i++) {
        int n = i;
        var _ =
            threads.submit(
                () -> sealed.put(n, Vault.open(fresh, random).seal(owner, "secret " + n)));
      }
    }
    Vault last = Vault.open(fresh, random);
    assertThat(sealed).hasSize(16);
    sealed.forEach((n, value) -> assertThat(last.open(owner, value)).isEqualTo("secret " + n));
  }
}
