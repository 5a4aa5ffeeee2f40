/** Backups: today's commands and those of 2015. */
@NullMarked
package dev.howdah.cli.pg.backup;

import org.jspecify.annotations.NullMarked;
