/** The service behind a heroku-postgresql add-on. */
@org.jspecify.annotations.NullMarked
package dev.howdah.server.database;
