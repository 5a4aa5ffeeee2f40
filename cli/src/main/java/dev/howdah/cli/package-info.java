/** The howdah command: one HTTP client with the manners of the Heroku Toolbelt. */
@NullMarked
package dev.howdah.cli;

import org.jspecify.annotations.NullMarked;
