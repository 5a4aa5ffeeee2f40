/** The PostgreSQL programs of the user's machine, and what we do with them. */
@NullMarked
package dev.howdah.cli.pg.client;

import org.jspecify.annotations.NullMarked;
