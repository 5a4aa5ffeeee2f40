package dev.howdah.postgres.dump;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ContentsTest {
  private static final List<String> LIST =
      """
      ;
      ; Archive created at 2026-11-29 03:10:00 UTC
      ;     Format: CUSTOM
      ;     Dumped from database version: 13.9
      ;     Dumped by pg_dump version: 15.18 (Debian)
      ;
      6; 2615 2200 SCHEMA - public postgres
      7; 2615 16400 SCHEMA - _heroku heroku_admin
      8; 2615 16401 SCHEMA - heroku_ext postgres
      2; 3079 16385 EXTENSION - hstore
      3352; 0 0 COMMENT - EXTENSION hstore
      3; 3079 16386 EXTENSION - plpgsql
      3353; 0 0 ACL - SCHEMA public postgres
      3485; 0 0 ACL - DATABASE library me
      3486; 0 0 ACL public TABLE lessons me
      300; 1255 16402 FUNCTION _heroku create_ext() heroku_admin
      214; 1259 16391 TABLE public lessons me
      3346; 0 16391 TABLE DATA public lessons me
      3347; 0 0 COMMENT public TABLE lessons me
      3500; 3466 16500 EVENT TRIGGER - extension_before_drop heroku_admin
      3501; 6104 16501 PUBLICATION - all_of_it me\
      """
          .lines()
          .toList();

  @Test
  void keepsWhatAnOwnerOfADatabaseCanRestore() {
    assertThat(Contents.of(LIST).wanted())
        .containsExactly(
            "8; 2615 16401 SCHEMA - heroku_ext postgres",
            "2; 3079 16385 EXTENSION - hstore",
            "3486; 0 0 ACL public TABLE lessons me",
            "214; 1259 16391 TABLE public lessons me",
            "3346; 0 16391 TABLE DATA public lessons me",
            "3347; 0 0 COMMENT public TABLE lessons me");
  }

  @Test
  void tellsOfWhatAnOwnerMayMiss() {
    assertThat(Contents.of(LIST).leftOut())
        .containsExactly(
            "EVENT TRIGGER - extension_before_drop heroku_admin", "PUBLICATION - all_of_it me");
  }

  @Test
  void knowsWhoMadeItAndHowMuchIsInIt() {
    assertThat(Contents.of(LIST).madeBy()).hasValue(15);
    assertThat(Contents.of(LIST).tables()).isEqualTo(1);
  }
}
