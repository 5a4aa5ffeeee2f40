/** Clusters in good and bad hours. */
@org.jspecify.annotations.NullMarked
package dev.howdah.postgres.cluster;
