/** The SSH keys of accounts. */
@org.jspecify.annotations.NullMarked
package dev.howdah.server.key;
