/** What must not be readable at rest: encryption, tokens, password hashes. */
@org.jspecify.annotations.NullMarked
package dev.howdah.server.secret;
