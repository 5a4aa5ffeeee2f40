/**
 * When backups are taken and how long they are kept: schedules, retention, the add-on pgbackups.
 */
@org.jspecify.annotations.NullMarked
package dev.howdah.server.backup;
