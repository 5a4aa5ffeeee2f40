/** Where apps send their logs: syslog over TCP and TLS, and HTTPS. */
@org.jspecify.annotations.NullMarked
package dev.howdah.server.drain;
