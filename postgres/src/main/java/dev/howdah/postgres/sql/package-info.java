/**
 * How Howdah itself speaks SQL to a server: pinned connections, quoted names, password verifiers.
 */
@org.jspecify.annotations.NullMarked
package dev.howdah.postgres.sql;
