/** The cluster that holds Howdah's own data. */
@org.jspecify.annotations.NullMarked
package dev.howdah.postgres.control;
