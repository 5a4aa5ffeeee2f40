/** What databases say and what is measured of them, on its way into logs and monitoring. */
@org.jspecify.annotations.NullMarked
package dev.howdah.server.telemetry;
