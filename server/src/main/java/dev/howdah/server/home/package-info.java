/** The page at the root, for people who open the server's address in a browser. */
@org.jspecify.annotations.NullMarked
package dev.howdah.server.home;
