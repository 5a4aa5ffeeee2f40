-- A sample of what databases of the public hold: extensions, types, inheritance by partitions,
-- generated and identity columns, views, triggers, policies, large objects, text of many scripts.
CREATE EXTENSION hstore;
CREATE EXTENSION citext;
CREATE EXTENSION pg_trgm;
CREATE EXTENSION "uuid-ossp";
CREATE SCHEMA "Verleih und Rückgabe";
CREATE TYPE mood AS ENUM ('froh', 'traurig', '幸せ');
CREATE TYPE place AS (street text, house int);
CREATE DOMAIN isbn AS text CHECK (VALUE ~ '^[0-9-]{10,17}$');
CREATE FUNCTION slug(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT
  AS $$ SELECT lower(regexp_replace($1, '[^[:alnum:]]+', '-', 'g')) $$;
CREATE TABLE author (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name citext NOT NULL UNIQUE,
  born date,
  lives place,
  tags hstore NOT NULL DEFAULT '',
  feels mood DEFAULT 'froh'
);
COMMENT ON TABLE author IS 'Wer schreibt – 著者 – автор';
CREATE TABLE book (
  id bigserial PRIMARY KEY,
  author_id int NOT NULL REFERENCES author ON DELETE CASCADE,
  title text NOT NULL,
  slug text GENERATED ALWAYS AS (lower(title)) STORED,
  isbn isbn,
  price numeric(10, 2) CHECK (price >= 0),
  pages int[] NOT NULL DEFAULT '{}',
  info jsonb NOT NULL DEFAULT '{}',
  cover bytea,
  UNIQUE (author_id, title)
);
CREATE INDEX book_title ON book USING gin (title gin_trgm_ops);
CREATE INDEX book_info ON book USING gin (info);
CREATE INDEX book_dear ON book (price DESC) WHERE price > 20;
CREATE INDEX book_slug ON book (slug(title));
CREATE TABLE "Verleih und Rückgabe"."Ausleihe" (
  id uuid NOT NULL DEFAULT uuid_generate_v4(),
  book_id bigint NOT NULL,
  at timestamptz NOT NULL,
  during tstzrange,
  PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE TABLE "Verleih und Rückgabe"."2025" PARTITION OF "Verleih und Rückgabe"."Ausleihe"
  FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE "Verleih und Rückgabe"."2026" PARTITION OF "Verleih und Rückgabe"."Ausleihe"
  FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE "Verleih und Rückgabe"."sonst" PARTITION OF "Verleih und Rückgabe"."Ausleihe" DEFAULT;
CREATE TABLE audit (at timestamptz NOT NULL DEFAULT now(), what text);
CREATE FUNCTION note_book() RETURNS trigger LANGUAGE plpgsql
  AS $$ BEGIN INSERT INTO public.audit (what) VALUES (TG_OP || ' ' || NEW.title); RETURN NEW; END $$;
CREATE TRIGGER noted AFTER INSERT OR UPDATE ON book FOR EACH ROW EXECUTE FUNCTION note_book();
CREATE VIEW dear AS SELECT a.name, b.title, b.price FROM book b JOIN author a ON a.id = b.author_id
  WHERE b.price > 20;
CREATE MATERIALIZED VIEW shelf AS SELECT author_id, count(*) AS books, sum(price) AS worth FROM book
  GROUP BY author_id WITH NO DATA;
CREATE UNIQUE INDEX ON shelf (author_id);
CREATE SEQUENCE ticket START 4711 INCREMENT 7;
CREATE RULE never_delete AS ON DELETE TO audit DO INSTEAD NOTHING;
CREATE FUNCTION longest(text, text) RETURNS text LANGUAGE sql IMMUTABLE
  AS $$ SELECT CASE WHEN length($1) >= length($2) THEN $1 ELSE $2 END $$;
CREATE AGGREGATE longest(text) (SFUNC = longest, STYPE = text, INITCOND = '');
INSERT INTO author (name, born, lives, tags, feels)
  SELECT 'Автор № ' || n || ' Größe ' || repeat('é', n % 7), date '1900-01-01' + n,
    row('Straße', n)::place, hstore('n', n::text), (enum_range(NULL::mood))[1 + n % 3]
  FROM generate_series(1, 200) n;
INSERT INTO book (author_id, title, isbn, price, pages, info, cover)
  SELECT 1 + n % 200, 'Über das Buch 本 ' || n || E' \\ "quoted"\ttab\nnewline', '978-3-' || lpad(n::text, 8, '0'),
    (n % 100) + 0.99, ARRAY[n, n * 2], jsonb_build_object('n', n, 'text', repeat('ж', n % 50)),
    decode(md5(n::text), 'hex')
  FROM generate_series(1, 3000) n;
INSERT INTO "Verleih und Rückgabe"."Ausleihe" (id, book_id, at, during)
  SELECT md5(n::text)::uuid, n, timestamptz '2024-06-01 UTC' + n * interval '1 day',
    tstzrange(timestamptz '2024-06-01 UTC' + n * interval '1 day', NULL)
  FROM generate_series(1, 900) n;
REFRESH MATERIALIZED VIEW shelf;
SELECT nextval('ticket'), nextval('ticket');
SELECT lo_from_bytea(4711, convert_to(repeat('Ein großes Objekt. ', 5000), 'UTF8'));
SELECT lo_from_bytea(4712, '\x0001ff');
ANALYZE;
