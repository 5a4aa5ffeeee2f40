/** Our own command where the book's transcripts do not show it. */
@org.jspecify.annotations.NullMarked
package dev.howdah.acceptance.command;
