package dev.howdah.postgres.dump;

import java.util.OptionalInt;

/**
 * One side of a copy.
 *
 * @param confinedTo the port of the cluster of this host under whose operating system user the
 *     program runs: what a hostile server could make of the program then reaches no other tenant
 * @param major the server's major version; empty when it is not known
 */
public record Side(ConnectionParameters connection, int confinedTo, OptionalInt major) {}
