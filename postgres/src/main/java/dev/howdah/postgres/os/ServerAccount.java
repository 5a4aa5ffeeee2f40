package dev.howdah.postgres.os;

/**
 * The operating system's identity of one PostgreSQL server.
 *
 * @param uid the numeric user id; needs no entry in the password file
 * @param gid the numeric group id
 */
public record ServerAccount(int uid, int gid) {}
