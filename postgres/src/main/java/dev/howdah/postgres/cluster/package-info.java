/** Data directories and the servers that run them. */
@org.jspecify.annotations.NullMarked
package dev.howdah.postgres.cluster;
