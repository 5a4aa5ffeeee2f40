/** The book's SQL, typed into {@code pg:psql} as the default credential. */
@org.jspecify.annotations.NullMarked
package dev.howdah.acceptance.sql;
