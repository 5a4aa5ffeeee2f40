package dev.howdah.cli.git;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The Git repository around a directory. Its remotes are read from the file, because starting git
 * would cost as much time as the rest of a command; they are changed by git.
 */
public final class Repository {
  private final Path directory;
  private final Path config;

  private Repository(Path directory, Path config) {
    this.directory = directory;
    this.config = config;
  }

  /** The repository that the directory is in, if it is in one. */
  public static Optional<Repository> around(Path directory) throws IOException {
    for (Path at = directory.toAbsolutePath(); at != null; at = at.getParent()) {
      Path git = at.resolve(".git");
      if (Files.isDirectory(git)) {
        return Optional.of(new Repository(at, git.resolve("config")));
      }
      if (Files.isRegularFile(git)) {
        return Optional.of(new Repository(at, configOfLinkedTree(at, git)));
      }
    }
    return Optional.empty();
  }

  /** In a work tree or a submodule {@code .git} is a file that says where the rest is. */
  private static Path configOfLinkedTree(Path directory, Path git) throws IOException {
    String text = Files.readString(git).strip();
    Path there = directory.resolve(text.replaceFirst("^gitdir:\\s*", ""));
    Path common = there.resolve("commondir");
    if (Files.isRegularFile(common)) {
      there = there.resolve(Files.readString(common).strip());
    }
    return there.resolve("config");
  }

  /** Names and addresses of the remotes, in the order of the file. */
  public Map<String, String> remotes() throws IOException {
    var remotes = new LinkedHashMap<String, String>();
    if (!Files.isReadable(config)) {
      return remotes;
    }
    String remote = "";
    for (String line : Files.readAllLines(config)) {
      String text = line.strip();
      if (text.startsWith("[")) {
        int from = text.indexOf('"');
        int to = text.lastIndexOf('"');
        remote = text.startsWith("[remote ") && from < to ? text.substring(from + 1, to) : "";
      } else if (!remote.isEmpty() && text.startsWith("url")) {
        int equals = text.indexOf('=');
        if (equals > 0 && text.substring(0, equals).strip().equals("url")) {
          remotes.putIfAbsent(remote, text.substring(equals + 1).strip());
        }
      }
    }
    return remotes;
  }

  /** Adds a remote, or changes its address; true when it was there already. */
  public boolean setRemote(String name, String address) throws IOException {
    boolean there = remotes().containsKey(name);
    git("remote", there ? "set-url" : "add", name, address);
    return there;
  }

  /** Removes a remote. */
  public void removeRemote(String name) throws IOException {
    git("remote", "remove", name);
  }

  private void git(String... words) throws IOException {
    var command = new ArrayList<String>();
    command.add("git");
    command.addAll(List.of(words));
    Process git =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      int status = git.waitFor();
      if (status != 0) {
        throw new IOException("`" + String.join(" ", command) + "` failed with status " + status);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      git.destroy();
    }
  }
}
