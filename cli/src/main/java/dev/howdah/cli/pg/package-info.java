/** Heroku Postgres: databases, credentials, settings, psql. */
@NullMarked
package dev.howdah.cli.pg;

import org.jspecify.annotations.NullMarked;
