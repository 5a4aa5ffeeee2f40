/** Processes of apps. */
@org.jspecify.annotations.NullMarked
package dev.howdah.server.dyno;
