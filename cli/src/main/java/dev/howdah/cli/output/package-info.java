/** What the user sees: the output grammar of the 2015 Toolbelt, in one place. */
@NullMarked
package dev.howdah.cli.output;

import org.jspecify.annotations.NullMarked;
