package dev.howdah.cli.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The user's {@code .netrc}, which the stock command keeps its logins in as well. Everything that
 * is not the entry being changed stays as it is, comments included.
 */
public final class Netrc {

  /** A login at one machine. */
  public record Login(String login, String password) {}

  private final Path file;

  public Netrc(Path home) {
    this.file = home.resolve(".netrc");
  }

  /** The login kept for a machine. */
  public Optional<Login> find(String machine) throws IOException {
    List<String> words = words(read());
    for (int i = 0; i + 1 < words.size(); i++) {
      if (words.get(i).equals("machine") && words.get(i + 1).equals(machine)) {
        String login = "";
        String password = "";
        for (int j = i + 2; j + 1 < words.size() && !begins(words.get(j)); j += 2) {
          switch (words.get(j)) {
            case "login" -> login = words.get(j + 1);
            case "password" -> password = words.get(j + 1);
            default -> {
              // account, macdef: nothing of ours
            }
          }
        }
        return Optional.of(new Login(login, password));
      }
    }
    return Optional.empty();
  }

  /** Keeps a login for a machine, instead of an earlier one. */
  public void put(String machine, Login login) throws IOException {
    String rest = without(machine, read());
    if (!rest.isEmpty() && !rest.endsWith("\n")) {
      rest += "\n";
    }
    write(
        rest
            + "machine "
            + machine
            + "\n  login "
            + login.login()
            + "\n  password "
            + login.password()
            + "\n");
  }

  /** Forgets the login of a machine. */
  public void remove(String machine) throws IOException {
    String text = read();
    String rest = without(machine, text);
    if (!rest.equals(text)) {
      write(rest);
    }
  }

  private String read() throws IOException {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException _) {
      return "";
    }
  }

  /** Written beside and moved into place, so that a full disk does not cost every login. */
  private void write(String text) throws IOException {
    var ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    Path target = Files.exists(file) ? file.toRealPath() : file;
    Path directory = target.toAbsolutePath().getParent();
    Path fresh = Files.createTempFile(directory, ".netrc", "", ownerOnly);
    try {
      Files.writeString(fresh, text);
      Files.move(
          fresh, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  private static boolean begins(String word) {
    return word.equals("machine") || word.equals("default") || word.equals("macdef");
  }

  private static List<String> words(String text) {
    var words = new ArrayList<String>();
    for (String line : text.split("\n", -1)) {
      for (String word : line.strip().split("\\s+", -1)) {
        if (word.startsWith("#")) {
          break;
        }
        if (!word.isEmpty()) {
          words.add(word);
        }
      }
    }
    return words;
  }

  /** The text without the lines of a machine's entry. */
  private static String without(String machine, String text) {
    var kept = new StringBuilder();
    boolean inside = false;
    for (String line : text.split("(?<=\n)", -1)) {
      List<String> words = words(line);
      if (!words.isEmpty() && begins(words.get(0))) {
        inside = words.size() > 1 && words.get(0).equals("machine") && words.get(1).equals(machine);
      }
      if (!inside) {
        kept.append(line);
      }
    }
    return kept.toString();
  }
}
