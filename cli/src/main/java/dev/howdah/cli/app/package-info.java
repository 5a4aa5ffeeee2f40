/** Apps and who may work on them. */
@NullMarked
package dev.howdah.cli.app;

import org.jspecify.annotations.NullMarked;
