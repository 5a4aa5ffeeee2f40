/** The wire: one connection to the server, JSON, credentials, errors. */
@NullMarked
package dev.howdah.cli.http;

import org.jspecify.annotations.NullMarked;
