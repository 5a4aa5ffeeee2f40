/** Copies of running clusters, of repositories and of snapshots, and their recovery. */
@org.jspecify.annotations.NullMarked
package dev.howdah.postgres.copy;
