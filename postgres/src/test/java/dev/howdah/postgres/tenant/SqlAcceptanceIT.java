package dev.howdah.postgres.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.postgres.TestDatabase;
import dev.howdah.postgres.TestHost;
import dev.howdah.postgres.TestSession;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The examples of the specification (part S), typed by the default credential. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SqlAcceptanceIT {

  private final TestHost test = TestHost.open();
  private TestDatabase database;

  /** Statements, and the rows of the last of them. */
  record Answer(String id, String sql, List<String> rows) {
    @Override
    public String toString() {
      return id;
    }
  }

  /** Statements, and words of the error that ends them. */
  record Refusal(String id, String sql, List<String> words) {
    @Override
    public String toString() {
      return id;
    }
  }

  @BeforeAll
  void provision() {
    database = test.database();
  }

  @AfterAll
  void close() {
    test.close();
  }

  static Stream<Answer> answers() {
    return Stream.of(
        answer(
            "S1 citext, before",
            """
            CREATE TABLE students (username text NOT NULL);
            CREATE UNIQUE INDEX unique_username_on_students ON students (username);
            INSERT INTO students (username) VALUES ('patrick');
            INSERT INTO students (username) VALUES ('PATRICK');
            SELECT count(*) FROM students
            """,
            "2"),
        answer(
            "S3 cube",
            """
            CREATE EXTENSION cube;
            CREATE TABLE sets (element cube);
            INSERT INTO sets (element) VALUES ('(1, 2, 3)');
            SELECT s.*, cube_union(element, '(4, 5, 6)'), cube_inter(element, '(1, 2)')
            FROM sets s WHERE cube_contains(element, '(1, 2)')
            """,
            "(1, 2, 3)|(1, 2, 3),(4, 5, 6)|(1, 2, 3),(1, 2, 0)"),
        answer(
            "S4 hstore",
            """
            CREATE EXTENSION hstore;
            CREATE TABLE profiles (configs hstore);
            INSERT INTO profiles (configs) VALUES ('resolution => "1024x768", brightness => 45');
            SELECT * FROM profiles UNION ALL
            SELECT * FROM profiles WHERE configs->'resolution' = '1024x768'
            """,
            "\"brightness\"=>\"45\", \"resolution\"=>\"1024x768\"",
            "\"brightness\"=>\"45\", \"resolution\"=>\"1024x768\""),
        answer(
            "S5 ltree",
            """
            CREATE EXTENSION ltree;
            CREATE TABLE countries (path ltree);
            INSERT INTO countries VALUES ('Earth'),('Earth.Africa'),('Earth.Africa.Nigeria'),
              ('Earth.Africa.Angola'),('Earth.Europe'),('Earth.Europe.France'),('Earth.Asia'),
              ('Earth.Asia.Japan'),('Earth.Asia.China');
            SELECT path FROM countries WHERE path ~ 'Earth.Africa.*{1}' UNION ALL
            SELECT path FROM countries WHERE path ~ 'Earth.Europe.*{1}' UNION ALL
            SELECT path FROM countries WHERE path ~ 'Earth.Asia.*{1}'
            """,
            "Earth.Africa.Nigeria",
            "Earth.Africa.Angola",
            "Earth.Europe.France",
            "Earth.Asia.Japan",
            "Earth.Asia.China"),
        answer(
            "S6 isn",
            """
            CREATE EXTENSION isn;
            CREATE TABLE books (id isbn, name text);
            INSERT INTO books (id, name) VALUES ('9780307465351', 'The 4-Hour Workweek');
            SELECT id FROM books
            """,
            "0-307-46535-7"),
        answer(
            "S8 earthdistance",
            """
            CREATE EXTENSION earthdistance CASCADE;
            CREATE TABLE attractions (id integer, name text, latitude float, longitude float);
            INSERT INTO attractions VALUES
              (1, 'Christ the Redeemer (statue)', -22.9518769, -43.2104991);
            INSERT INTO attractions VALUES (2, 'Maracana Stadium', -22.9121089, -43.2301558);
            SELECT round(earth_distance(
              (SELECT ll_to_earth(latitude, longitude) FROM attractions WHERE id = 1),
              (SELECT ll_to_earth(latitude, longitude) FROM attractions WHERE id = 2))::numeric, 6)
            """,
            "4864.085882"),
        answer(
            "S10 the attractions",
            """
            CREATE TABLE attractions (id integer, name text, latitude float, longitude float);
            INSERT INTO attractions VALUES
              (1, 'Christ the Redeemer (statue)', -22.9518769, -43.2104991),
              (2, 'Maracana Stadium', -22.9121089, -43.2301558);
            SELECT * FROM attractions
            """,
            "1|Christ the Redeemer (statue)|-22.9518769|-43.2104991",
            "2|Maracana Stadium|-22.9121089|-43.2301558"),
        answer(
            "S11 intarray",
            """
            CREATE EXTENSION intarray;
            CREATE TABLE contents (elements INT[]);
            INSERT INTO contents (elements) VALUES (ARRAY[2, 4, 3, 1]);
            SELECT sort_asc(elements), icount(elements) FROM contents
            """,
            "{1,2,3,4}|4"),
        answer(
            "S12 fuzzystrmatch",
            """
            CREATE EXTENSION fuzzystrmatch;
            CREATE TABLE doctors (name text);
            INSERT INTO doctors VALUES ('Patrick');
            INSERT INTO doctors VALUES ('Padrig');
            SELECT difference((SELECT name FROM doctors WHERE name='Patrick'),
              (SELECT name FROM doctors WHERE name='Padrig'))
            """,
            "4"),
        answer(
            "S13 pgcrypto",
            """
            CREATE EXTENSION pgcrypto;
            CREATE TABLE users (username text, password bytea);
            INSERT INTO users (username, password)
              VALUES ('patrickespake', digest('pass123', 'md5'));
            SELECT username, password::text FROM users
            WHERE username = 'patrickespake' AND password = digest('pass123', 'md5') LIMIT 1
            """,
            "patrickespake|\\x32250170a0dca92d53ec9624f336ca24"),
        answer(
            "S14 tablefunc",
            """
            CREATE EXTENSION tablefunc;
            CREATE TABLE sales (year integer, month integer, value float);
            INSERT INTO sales VALUES
              (2013,1,34.56),(2014,3,99.50),(2014,4,45.99),(2015,2,78.99);
            SELECT * FROM crosstab('SELECT year, month, value FROM sales',
              'SELECT month FROM generate_series(1, 4) month')
            AS (year integer, "Jan" float, "Feb" float, "Mar" float, "Apr" float)
            """,
            "2013|34.56|||",
            "2014|||99.5|45.99",
            "2015||78.99||"),
        answer(
            "S15 pg_trgm",
            "CREATE EXTENSION pg_trgm; SELECT similarity('PostgreSQL', 'Postgres')",
            "0.6666667"),
        answer(
            "S16 uuid-ossp",
            "CREATE EXTENSION \"uuid-ossp\"; SELECT substr(uuid_generate_v1()::text, 15, 1)",
            "1"),
        answer(
            "S17 pgstattuple",
            """
            CREATE EXTENSION pgstattuple;
            CREATE TABLE jobs (id integer, name text);
            INSERT INTO jobs VALUES (1,'Load users'),(2,'Send emails');
            SELECT tuple_count FROM pgstattuple('jobs')
            """,
            "2"),
        answer(
            "S18 btree_gist",
            """
            CREATE EXTENSION btree_gist;
            CREATE TABLE drinks (quantity int4);
            CREATE INDEX drinks_quantity_index ON drinks USING gist (quantity);
            SELECT 1
            """,
            "1"),
        answer(
            "S18 dictionaries",
            """
            CREATE EXTENSION dict_int; CREATE EXTENSION unaccent; CREATE EXTENSION dict_xsyn;
            SELECT unaccent('Hôtel'), ts_lexize('intdict', '12345678')
            """,
            "Hotel|{123456}"),
        answer(
            "S20 cache rate",
            """
            CREATE TABLE busy AS SELECT 1 AS a; SELECT * FROM busy; SELECT pg_sleep(0);
            SELECT pg_stat_force_next_flush(); SELECT count(*) FROM busy;
            SELECT count(*) FROM (SELECT
              sum(heap_blks_hit) / nullif(sum(heap_blks_hit) + sum(heap_blks_read), 0) AS percentage,
              sum(heap_blks_hit) AS quantity_hit, sum(heap_blks_read) AS quantity_read
              FROM pg_statio_user_tables) AS rates
            """,
            "1"),
        answer(
            "B8.1 the list of extensions",
            """
            SELECT current_setting('extwlist.extensions') = current_setting('rds.allowed_extensions'),
              string_to_array(current_setting('extwlist.extensions'), ',')
                @> ARRAY['citext', 'hstore', 'uuid-ossp', 'plpgsql'],
              string_to_array(current_setting('extwlist.extensions'), ',') && ARRAY['chkpass']
            """,
            "t|t|f"));
  }

  static Stream<Refusal> refusals() {
    return Stream.of(
        refusal(
            "S2 citext, after",
            """
            CREATE EXTENSION citext;
            CREATE TABLE students (username text NOT NULL);
            ALTER TABLE students ALTER COLUMN username TYPE citext;
            CREATE UNIQUE INDEX unique_username_on_students ON students (username);
            INSERT INTO students (username) VALUES ('patrick');
            INSERT INTO students (username) VALUES ('PATRICK');
            """,
            "duplicate key value violates unique constraint \"unique_username_on_students\"",
            "Key (username)=(PATRICK) already exists."),
        refusal(
            "S6 a wrong check digit",
            "CREATE EXTENSION isn; SELECT isbn '9780307465352'",
            "invalid check digit"),
        refusal(
            "S7 earthdistance without cube",
            "CREATE EXTENSION earthdistance",
            "required extension \"cube\" is not installed",
            "Use CREATE EXTENSION ... CASCADE to install required extensions too."),
        refusal("S12 the book's spelling", "CREATE EXTENSION fuzzystmatch", "fuzzystmatch"),
        refusal("S16 the book's spelling", "CREATE EXTENSION \"uuid-oss\"", "uuid-oss"),
        refusal("D1 an extension that is gone", "CREATE EXTENSION chkpass", "chkpass"),
        refusal(
            "S19 an extension that the plan does not offer",
            "CREATE EXTENSION IF NOT EXISTS file_fdw",
            "extension \"file_fdw\" is not offered on the plan of this database",
            "SHOW extwlist.extensions"),
        refusal("S18 PL/V8 where it is not installed", "CREATE EXTENSION plv8", "plv8"),
        refusal(
            "S22 comparing text with a number",
            "CREATE TABLE t (v varchar); SELECT * FROM t WHERE v = 1",
            "operator does not exist: character varying = integer"),
        refusal(
            "S22 a missing table",
            "SELECT * FROM students",
            "relation \"students\" does not exist"),
        refusal(
            "S22 a cast",
            "CREATE TABLE t (v text); ALTER TABLE t ALTER COLUMN v TYPE date",
            "column \"v\" cannot be cast automatically to type date"),
        refusal(
            "S22 a prepared statement twice",
            "PREPARE a30 AS SELECT 1; PREPARE a30 AS SELECT 1",
            "prepared statement \"a30\" already exists"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void answers(Answer example) throws SQLException {
    try (TestSession session = fresh()) {
      assertThat(session.run(example.sql())).isEqualTo(example.rows());
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void refusals(Refusal example) throws SQLException {
    try (TestSession session = fresh()) {
      assertThatThrownBy(() -> session.run(example.sql()))
          .isInstanceOf(SQLException.class)
          .satisfies(e -> assertThat(e.getMessage()).contains(example.words()));
    }
  }

  @Test
  void rowLocksAreSeenWhileTheyLast() throws SQLException {
    try (TestSession session = fresh();
        TestSession locker = database.connect()) {
      session.run(
          "CREATE EXTENSION pgrowlocks; CREATE TABLE users AS SELECT 1 AS a;"
              + " GRANT SELECT ON users TO PUBLIC");
      locker.run("BEGIN; SELECT * FROM users FOR SHARE");
      assertThat(session.run("SELECT locked_row, multi, modes FROM pgrowlocks('users')"))
          .containsExactly("(0,1)|f|{\"For Share\"}");
      locker.run("ROLLBACK");
      assertThat(session.run("SELECT * FROM pgrowlocks('users')")).isEmpty();
    }
  }

  @Test
  void postgisIsCreatedByItsOwnerWhereItIsInstalled() throws SQLException {
    org.junit.jupiter.api.Assumptions.assumeTrue(
        test.host().installations().newest().orElseThrow().offers("postgis"));
    try (TestSession session = fresh()) {
      session.run("CREATE EXTENSION postgis");
      assertThat(session.run("SELECT postgis_version()").getFirst())
          .endsWith("USE_GEOS=1 USE_PROJ=1 USE_STATS=1");
      session.run("INSERT INTO spatial_ref_sys (srid) VALUES (990001)");
      // Its 8,500 rows are not the tenant's.
      assertThat(database.sql().countRows(10_000).rows()).isZero();
    }
  }

  @Test
  void postgisIsRefusedWhereItsScriptCouldMeetATrap() throws SQLException {
    org.junit.jupiter.api.Assumptions.assumeTrue(
        test.host().installations().newest().orElseThrow().offers("postgis"));
    try (TestSession session = fresh()) {
      session.run(
          "CREATE FUNCTION public.format(text, name) RETURNS text LANGUAGE sql AS 'SELECT 1'");
      assertThatThrownBy(() -> session.run("CREATE EXTENSION postgis"))
          .hasMessageContaining("named like");
    }
  }

  @Test
  void vacuumAndItsSettingsAreTheOwners() throws SQLException {
    try (TestSession session = fresh()) {
      session.run("CREATE TABLE invitations (a int)");
      for (String sql :
          List.of(
              "VACUUM",
              "VACUUM invitations",
              "VACUUM VERBOSE",
              "ALTER TABLE invitations SET (autovacuum_vacuum_threshold = 60)",
              "ALTER TABLE invitations SET (autovacuum_vacuum_scale_factor = 0.4)",
              "ALTER DATABASE %s SET vacuum_cost_page_miss = 10",
              "ALTER DATABASE %s SET vacuum_cost_limit = 200",
              "ALTER DATABASE %s SET vacuum_cost_page_hit = 1",
              "ALTER DATABASE %s SET vacuum_cost_page_dirty = 20")) {
        session.run(sql.formatted(database.spec().database()));
      }
    }
  }

  @Test
  void numbersAreThoseOfTheDatabase() throws SQLException {
    try (TestSession session = fresh()) {
      session.run(
          """
          CREATE TABLE a AS SELECT generate_series(1, 700) AS n;
          CREATE SCHEMA s;
          CREATE TABLE s.b (n int);
          CREATE EXTENSION hstore;
          SELECT pg_stat_force_next_flush();
          """);
      org.awaitility.Awaitility.await()
          .untilAsserted(() -> assertThat(database.sql().statistics().rows()).isEqualTo(700));
      DatabaseStatistics statistics = database.sql().statistics();
      assertThat(statistics.version())
          .isEqualTo(test.host().installations().newest().orElseThrow().version());
      assertThat(statistics.tables()).isEqualTo(2);
      assertThat(statistics.schemas()).isEqualTo(2);
      assertThat(statistics.connections()).isEqualTo(1);
      assertThat(statistics.waiting()).isZero();
      assertThat(statistics.bytes()).isGreaterThan(5_000_000);
      assertThat(statistics.walBytes()).isPositive();
      assertThat(statistics.currentTransaction()).isPositive();
      assertThat(statistics.extensions())
          .anySatisfy(extension -> {
            assertThat(extension.name()).isEqualTo("hstore");
            assertThat(extension.upgradable()).isFalse();
          });
      assertThat(database.sql().countRows(1_000_000)).isEqualTo(new RowCount(700, false));
      session.run("DELETE FROM a WHERE n > 600; ALTER TABLE a ENABLE ROW LEVEL SECURITY");
      assertThat(database.sql().countRows(700)).isEqualTo(new RowCount(600, true));
    }
  }

  /** An empty database costs a quarter of what a new cluster costs. */
  private TestSession fresh() throws SQLException {
    database.sql().reset(List.of());
    return database.connect();
  }

  private static Answer answer(String id, String sql, String... rows) {
    return new Answer(id, sql, List.of(rows));
  }

  private static Refusal refusal(String id, String sql, String... words) {
    return new Refusal(id, sql, List.of(words));
  }
}
