/** Deciding which server to start again, and when. */
@org.jspecify.annotations.NullMarked
package dev.howdah.postgres.supervision;
