/** The control plane: one process, wired by hand in {@link dev.howdah.server.Main}. */
@org.jspecify.annotations.NullMarked
package dev.howdah.server;
