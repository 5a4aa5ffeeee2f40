/** Releases and rolling back. */
@NullMarked
package dev.howdah.cli.release;

import org.jspecify.annotations.NullMarked;
