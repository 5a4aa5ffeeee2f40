package dev.howdah.postgres.copy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class DataFilesTest {

  @Test
  void leavesOutWhatIsOfTheRunningServer() {
    assertThat(
            DataFiles.copied(
                "",
                List.of(
                    "PG_VERSION",
                    "postmaster.pid",
                    "postmaster.opts",
                    "postgresql.auto.conf",
                    "backup_label.old",
                    "standby.signal",
                    "postgresql.conf")))
        .containsExactly("PG_VERSION", "postgresql.conf");
    assertThat(List.of("pg_wal", "pg_replslot", "pg_stat_tmp", "pg_subtrans", "base/pgsql_tmp"))
        .filteredOn(DataFiles::isEmptied)
        .containsExactly("pg_wal", "pg_replslot", "pg_stat_tmp", "pg_subtrans");
    assertThat(DataFiles.isEmptied("base/5")).isFalse();
  }

  @Test
  void takesRelationsAndOfUnloggedOnesWhatTheyBeginWith() {
    assertThat(
            DataFiles.copied(
                "base/5",
                List.of(
                    "16384",
                    "16384.1",
                    "16384_fsm",
                    "16400",
                    "16400_init",
                    "16400_vm",
                    "16400_fsm.1",
                    "16400.2",
                    "164001",
                    "t3_16500",
                    "t3_16500_fsm",
                    "pg_filenode.map",
                    "pg_internal.init",
                    "pg_internal.init.77",
                    "pgsql_tmp123.0")))
        .containsExactly(
            "16384", "16384.1", "16384_fsm", "16400_init", "164001", "pg_filenode.map");
  }

  @Test
  void namesThatMeanSomethingElsewhereAreCopied() {
    assertThat(DataFiles.copied("pg_xact", List.of("0000", "t1_1"))).hasSize(2);
    assertThat(DataFiles.copied("global", List.of("1262", "pg_control"))).hasSize(2);
  }
}
