/** Leaders and followers: streaming replication between two clusters. */
@org.jspecify.annotations.NullMarked
package dev.howdah.postgres.replication;
