/** Delivery of log lines. */
@org.jspecify.annotations.NullMarked
package dev.howdah.server.drain;
