/** What an operator is told about the health of this installation. */
@org.jspecify.annotations.NullMarked
package dev.howdah.server.doctor;
