/** {@code pg:diagnose}: what is wrong with a database, in fourteen checks. */
@org.jspecify.annotations.NullMarked
package dev.howdah.server.diagnose;
