/** What we read from and write to the Git repository of the current directory. */
@NullMarked
package dev.howdah.cli.git;

import org.jspecify.annotations.NullMarked;
