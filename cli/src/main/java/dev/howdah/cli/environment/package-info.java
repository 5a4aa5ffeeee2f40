/** What surrounds a command: the machine it runs on, and how it ends badly. */
@NullMarked
package dev.howdah.cli.environment;

import org.jspecify.annotations.NullMarked;
