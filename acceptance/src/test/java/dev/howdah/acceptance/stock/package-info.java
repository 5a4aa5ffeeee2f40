/**
 * Heroku's own command, unchanged from npm, against Howdah: every command that the first release
 * promises, asserted on what the command prints and on what it did.
 */
@org.jspecify.annotations.NullMarked
package dev.howdah.acceptance.stock;
