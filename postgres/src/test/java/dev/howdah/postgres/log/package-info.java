/** Reading of logs. */
@org.jspecify.annotations.NullMarked
package dev.howdah.postgres.log;
