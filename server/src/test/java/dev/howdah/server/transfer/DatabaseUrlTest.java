package dev.howdah.server.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseUrlTest {

  @Test
  void aUrlIsTakenApart() {
    assertThat(
            DatabaseUrl.parse("postgres://me:p%40ss+w%3A@db.example.com:6543/books?sslmode=prefer"))
        .satisfies(url -> {
          assertThat(url.user()).isEqualTo("me");
          assertThat(url.password()).isEqualTo("p@ss+w:");
          assertThat(url.host()).isEqualTo("db.example.com");
          assertThat(url.port()).isEqualTo(6543);
          assertThat(url.database()).isEqualTo("books");
          assertThat(url.sslMode()).isEqualTo("prefer");
        });
    DatabaseUrl least = DatabaseUrl.parse("postgresql://me@[2001:db8::1]/books");
    assertThat(least.port()).isEqualTo(5432);
    assertThat(least.sslMode()).isEqualTo("require");
    assertThat(least.place()).isEqualTo("postgres://[2001:db8::1]:5432/books");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "books",
        "http://me:p@db.example.com/books",
        "file:///etc/passwd",
        "postgres:///books",
        "postgres://me:p@%2Frun%2Fpostgresql/books",
        "postgres://me:p@/books?host=/run/postgresql",
        "postgres://me:p@db.example.com/books?host=/run/postgresql",
        "postgres://me:p@db.example.com/books?sslmode=disable&host=127.0.0.1",
        "postgres://me:p@db.example.com/books?sslmode=disable&service=x",
        "postgres://me:p@db.example.com/books?options=-c%20role=x",
        "postgres://me:p@one.example.com,two.example.com/books",
        "postgres://me:p@db.example.com:70000/books",
        "postgres://me:p@db.example.com/",
        "postgres://db.example.com/books",
        "postgres://me:p@db.example.com/a%00b",
        "postgres://me:p@db.example.com/100%",
        "postgres://me:a b@db.example.com/books"
      })
  void whatIsNoDatabaseOfTheNetworkIsRefused(String text) {
    assertThatThrownBy(() -> DatabaseUrl.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("me:");
  }

  @Test
  void nobodyReadsThePassword() {
    DatabaseUrl url = DatabaseUrl.parse("postgres://me:secret@db.example.com/books");
    assertThat(url.toString() + url.place()).doesNotContain("secret");
  }
}
