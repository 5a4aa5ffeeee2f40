package dev.howdah.postgres.repository;

import java.nio.file.Path;

/**
 * A running cluster that base copies are taken of.
 *
 * @param data its data directory
 * @param socketDirectory where its Unix socket is
 * @param port the port that names the socket
 */
public record BaseSource(Path data, Path socketDirectory, int port) {}
