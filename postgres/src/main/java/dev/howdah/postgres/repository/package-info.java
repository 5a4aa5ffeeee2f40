/** The history of each database: its write-ahead log and base copies, kept by pgBackRest. */
@org.jspecify.annotations.NullMarked
package dev.howdah.postgres.repository;
