/** Where apps and databases can be. */
@org.jspecify.annotations.NullMarked
package dev.howdah.server.region;
