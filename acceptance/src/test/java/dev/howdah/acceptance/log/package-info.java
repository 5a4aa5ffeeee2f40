/** Logs, drains and metrics as users and operators see them. */
package dev.howdah.acceptance.log;
