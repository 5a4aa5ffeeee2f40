/** Logs and metrics of databases. */
@org.jspecify.annotations.NullMarked
package dev.howdah.server.telemetry;
