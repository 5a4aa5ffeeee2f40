package dev.howdah.postgres.cluster;

/**
 * The file system that clusters are on.
 *
 * @param total its size in bytes
 * @param available bytes that may still be written
 */
public record Volume(long total, long available) {}
