/** Config vars. */
@NullMarked
package dev.howdah.cli.config;

import org.jspecify.annotations.NullMarked;
