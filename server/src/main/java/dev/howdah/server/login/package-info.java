/** Logging in through the browser. */
@org.jspecify.annotations.NullMarked
package dev.howdah.server.login;
