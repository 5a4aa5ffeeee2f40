/** Tokens that stand for an account: authorizations, sessions, log-in. */
@org.jspecify.annotations.NullMarked
package dev.howdah.server.authorization;
