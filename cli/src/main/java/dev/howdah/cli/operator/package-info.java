/** Commands for those who run the server. */
@org.jspecify.annotations.NullMarked
package dev.howdah.cli.operator;
