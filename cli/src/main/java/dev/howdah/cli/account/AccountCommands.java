package dev.howdah.cli.account;

import static dev.howdah.cli.command.Command.command;

import dev.howdah.cli.command.Command;
import dev.howdah.cli.command.Feature;
import dev.howdah.cli.command.Invocation;
import dev.howdah.cli.command.Option;
import dev.howdah.cli.environment.CommandException;
import dev.howdah.cli.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The accounts of a server. There is no sign-up page: an operator makes them. */
public final class AccountCommands implements Feature {

  @Override
  public List<Command> commands() {
    return List.of(
        command("accounts", "list the accounts of this server")
            .options(Option.JSON)
            .runs(AccountCommands::list),
        command("accounts:create EMAIL", "make an account for someone")
            .details("The password is asked for, or read from standard input.")
            .runs(AccountCommands::create),
        command("accounts:password", "change your password").runs(AccountCommands::password));
  }

  private static void list(Invocation in) throws IOException {
    List<Json> accounts = in.api().list("/accounts");
    if (in.json()) {
      in.output().json(Json.array(accounts));
      return;
    }
    var rows = new ArrayList<List<String>>();
    for (Json account : accounts) {
      rows.add(List.of(account.text("email"), account.text("name")));
    }
    rows.sort((one, other) -> one.get(0).compareTo(other.get(0)));
    in.output().header("Accounts");
    in.output().columns(rows);
  }

  private static void create(Invocation in) throws IOException {
    String email = in.argument(0);
    String password = newPassword(in);
    in.output()
        .action(
            "Creating account " + email,
            () -> {
              in.api().post("/accounts", Json.object("email", email, "password", password));
              return "";
            });
  }

  private static void password(Invocation in) throws IOException {
    String old = in.prompt().askHidden("Current password (typing will be hidden): ");
    String password = newPassword(in);
    in.output()
        .action(
            "Changing password",
            () -> {
              in.api()
                  .patch(
                      "/account", Map.of(), Json.object("password", old, "new_password", password));
              return "";
            });
  }

  private static String newPassword(Invocation in) throws IOException {
    String password = in.prompt().askHidden("New password (typing will be hidden): ");
    if (password.isEmpty()) {
      throw new CommandException("The password must not be empty.");
    }
    if (in.environment().keyboard()
        && !in.prompt().askHidden("The same again: ").equals(password)) {
      throw new CommandException("The passwords were not the same.");
    }
    return password;
  }
}
