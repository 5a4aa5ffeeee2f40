/** What an app's user reads with {@code heroku logs}. */
@org.jspecify.annotations.NullMarked
package dev.howdah.server.log;
