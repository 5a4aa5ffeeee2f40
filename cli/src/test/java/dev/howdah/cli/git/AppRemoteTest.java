package dev.howdah.cli.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.cli.environment.Environment;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AppRemoteTest {
  private static final URI SERVER = URI.create("http://localhost:5080");

  @TempDir Path directory;

  private Environment in(Path where) {
    return new Environment(
        Map.of("HEROKU_GIT_HOST", "git.example"),
        where,
        where,
        where,
        InputStream.nullInputStream(),
        false,
        Clock.systemUTC());
  }

  private void remotes(String config) throws IOException {
    Files.createDirectories(directory.resolve(".git"));
    Files.writeString(directory.resolve(".git/config"), config);
  }

  @Test
  void readsTheAppFromEveryKindOfAddress() {
    List<String> hosts = List.of("git.example", "localhost:5080");
    for (String address :
        List.of(
            "https://git.example/atoll.git",
            "git@git.example:atoll.git",
            "ssh://git@git.example/atoll.git",
            "http://localhost:5080/atoll.git",
            "http://localhost:5080/git/atoll.git")) {
      assertThat(AppRemote.appOf(address, hosts)).as(address).contains("atoll");
    }
    assertThat(AppRemote.appOf("https://github.com/me/atoll.git", hosts)).isEmpty();
  }

  @Test
  void prefersTheRemoteCalledHeroku() throws IOException {
    remotes(
        """
        [core]
        	url = not a remote
        [remote "staging"]
        	url = https://git.example/staging.git
        [remote "heroku"]
        	url = https://git.example/production.git
        	fetch = +refs/heads/*:refs/remotes/heroku/*
        """);
    assertThat(AppRemote.only(in(directory), SERVER)).contains("production");
    assertThat(AppRemote.named(in(directory), SERVER, "staging")).isEqualTo("staging");
  }

  @Test
  void takesTheOnlyAppThereIsFromDeepInside() throws IOException {
    remotes(
        """
        [remote "origin"]
        	url = https://github.com/me/x.git
        [remote "live"]
        	url = http://localhost:5080/reef.git
        """);
    Path inside = Files.createDirectories(directory.resolve("a/b"));
    assertThat(AppRemote.only(in(inside), SERVER)).contains("reef");
  }

  @Test
  void refusesToGuessBetweenTwoApps() throws IOException {
    remotes(
        """
        [remote "one"]
        	url = https://git.example/one.git
        [remote "two"]
        	url = https://git.example/two.git
        """);
    assertThatThrownBy(() -> AppRemote.only(in(directory), SERVER))
        .hasMessage("Multiple apps in folder and no app specified.\nSpecify app with --app APP.");
  }

  @Test
  void findsTheConfigOfALinkedWorkTree() throws IOException {
    Path main = Files.createDirectories(directory.resolve("main/.git/worktrees/tree"));
    Files.writeString(main.resolve("commondir"), "../..\n");
    Files.writeString(
        directory.resolve("main/.git/config"),
        "[remote \"heroku\"]\n\turl = https://git.example/atoll.git\n");
    Path tree = Files.createDirectories(directory.resolve("tree"));
    Files.writeString(tree.resolve(".git"), "gitdir: " + main + "\n");
    assertThat(AppRemote.only(in(tree), SERVER)).contains("atoll");
  }

  @Test
  void findsNothingOutsideOfARepository() throws IOException {
    assertThat(AppRemote.only(in(directory), SERVER)).isEmpty();
  }
}
