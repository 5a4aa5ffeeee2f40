/** The command table: what a command is called, takes and does; parsing, help, completion. */
@NullMarked
package dev.howdah.cli.command;

import org.jspecify.annotations.NullMarked;
