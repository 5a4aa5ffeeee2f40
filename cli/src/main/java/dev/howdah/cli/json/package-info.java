/** JSON, as small as a client of one API can have it. */
@NullMarked
package dev.howdah.cli.json;

import org.jspecify.annotations.NullMarked;
