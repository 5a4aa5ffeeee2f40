/** The book's sessions at the terminal, replayed with our command. */
@org.jspecify.annotations.NullMarked
package dev.howdah.acceptance.transcript;
