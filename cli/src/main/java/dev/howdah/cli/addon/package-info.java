/** Add-ons, plans and attachments. */
@NullMarked
package dev.howdah.cli.addon;

import org.jspecify.annotations.NullMarked;
