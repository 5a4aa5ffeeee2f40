/** What of the network Howdah goes to for its users. */
@org.jspecify.annotations.NullMarked
package dev.howdah.server.network;
