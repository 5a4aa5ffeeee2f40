package dev.howdah.cli.account;

import static dev.howdah.cli.command.Command.command;

import dev.howdah.cli.command.Command;
import dev.howdah.cli.command.Feature;
import dev.howdah.cli.command.Invocation;
import dev.howdah.cli.command.Option;
import dev.howdah.cli.environment.CommandException;
import dev.howdah.cli.http.Api;
import dev.howdah.cli.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** SSH keys. */
public final class KeyCommands implements Feature {

  @Override
  public List<Command> commands() {
    return List.of(
        command("keys", "list your SSH keys")
            .options(Option.flag("long", 'l', "show whole keys"), Option.JSON)
            .runs(KeyCommands::list),
        command("keys:add [KEY]", "add a public SSH key")
            .details("Without KEY the key in ~/.ssh is used.")
            .options(Option.flag("yes", 'y', "generate a key without asking"))
            .runs(KeyCommands::add),
        command("keys:remove KEY", "remove a key, named by its comment").runs(KeyCommands::remove),
        command("keys:clear", "remove all your keys").runs(KeyCommands::clear));
  }

  private static void list(Invocation in) throws IOException {
    List<Json> keys = in.api().list("/account/keys");
    if (in.json()) {
      in.output().json(Json.array(keys));
      return;
    }
    if (keys.isEmpty()) {
      in.output().line("You have no SSH keys.");
      return;
    }
    in.output().header(keys.get(0).text("email") + " Keys");
    for (Json key : keys) {
      String text = key.text("public_key").strip();
      in.output().line(in.has("long") ? text : shorten(text));
    }
  }

  /** {@code ssh-rsa AAAAB3NzaC...2Ay1/PR3eQ== me@here}. */
  static String shorten(String key) {
    String[] words = key.split("\\s+", 3);
    if (words.length < 2 || words[1].length() < 24) {
      return key;
    }
    String middle = words[1];
    String brief =
        words[0] + " " + middle.substring(0, 10) + "..." + middle.substring(middle.length() - 10);
    return words.length == 3 ? brief + " " + words[2] : brief;
  }

  private static void add(Invocation in) throws IOException {
    if (in.optional(0).isPresent()) {
      upload(in, in.environment().directory().resolve(in.argument(0)));
      return;
    }
    Path ssh = in.environment().home().resolve(".ssh");
    var found = new ArrayList<Path>();
    if (Files.isDirectory(ssh)) {
      try (var files = Files.newDirectoryStream(ssh, "*.pub")) {
        files.forEach(found::add);
      }
    }
    found.sort(null);
    Path usual = ssh.resolve("id_rsa.pub");
    if (found.isEmpty()) {
      offerToGenerate(in, ssh);
    } else if (found.size() == 1 || found.contains(usual)) {
      Path key = found.size() == 1 ? found.get(0) : usual;
      in.output().line("Found existing public key: " + key);
      upload(in, key);
    } else {
      choose(in, found);
    }
  }

  private static void choose(Invocation in, List<Path> found) throws IOException {
    in.output().line("Found the following SSH public keys:");
    for (int i = 0; i < found.size(); i++) {
      in.output().line((i + 1) + ") " + found.get(i).getFileName());
    }
    String choice = in.prompt().ask("Which would you like to use with your Heroku account? ");
    for (int i = 0; i < found.size(); i++) {
      if (choice.equals(Integer.toString(i + 1))) {
        upload(in, found.get(i));
        return;
      }
    }
    throw new CommandException("Invalid choice");
  }

  private static void offerToGenerate(Invocation in, Path ssh) throws IOException {
    in.output().line("Could not find an existing public key.");
    if (!in.has("yes")) {
      String answer = in.prompt().ask("Would you like to generate one? [Yn] ");
      if (answer.toLowerCase(Locale.ROOT).startsWith("n")) {
        return;
      }
    }
    in.output().line("Generating new SSH public key.");
    Path key = ssh.resolve("id_ed25519");
    Files.createDirectories(ssh);
    int status;
    try {
      status =
          new ProcessBuilder("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.toString())
              .inheritIO()
              .start()
              .waitFor();
    } catch (IOException _) {
      throw new CommandException("Could not generate a key: ssh-keygen could not be located");
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return;
    }
    if (status != 0) {
      throw new CommandException("Could not generate a key: ssh-keygen failed");
    }
    upload(in, ssh.resolve("id_ed25519.pub"));
  }

  private static void upload(Invocation in, Path file) throws IOException {
    in.output()
        .action(
            "Uploading SSH public key " + file,
            () -> {
              if (!Files.isReadable(file)) {
                throw new CommandException(
                    "Could not upload SSH public key: " + file + " does not exist");
              }
              in.api()
                  .post("/account/keys", Json.object("public_key", Files.readString(file).strip()));
              return "";
            });
  }

  private static void remove(Invocation in) throws IOException {
    String name = in.argument(0);
    in.output()
        .action(
            "Removing " + name + " SSH key",
            () -> {
              boolean removed = false;
              for (Json key : in.api().list("/account/keys")) {
                String comment = comment(key);
                if (comment.equals(name) || key.text("id").equals(name)) {
                  in.api().delete("/account/keys/" + Api.part(key.text("id")));
                  removed = true;
                }
              }
              if (!removed) {
                throw new CommandException("There is no SSH key called " + name + ".");
              }
              return "";
            });
  }

  private static String comment(Json key) {
    if (!key.text("comment").isEmpty()) {
      return key.text("comment");
    }
    String[] words = key.text("public_key").strip().split("\\s+", 3);
    return words.length == 3 ? words[2] : "";
  }

  private static void clear(Invocation in) throws IOException {
    in.output()
        .action(
            "Removing all SSH keys",
            () -> {
              for (Json key : in.api().list("/account/keys")) {
                in.api().delete("/account/keys/" + Api.part(key.text("id")));
              }
              return "";
            });
  }
}
