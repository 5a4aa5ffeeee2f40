/** Logical backups, their restores, and copies between databases. */
@org.jspecify.annotations.NullMarked
package dev.howdah.server.transfer;
