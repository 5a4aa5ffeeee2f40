package dev.howdah.postgres.replication;

/**
 * A follower's replication slot, as its leader sees it.
 *
 * @param active whether the follower is connected now
 * @param lost whether write-ahead log that the follower still needs is gone for good, because it
 *     stayed behind for too long: it must be made anew
 * @param bytesBehind what the leader has written and the follower has not confirmed; 0 when lost
 */
public record Slot(boolean active, boolean lost, long bytesBehind) {}
