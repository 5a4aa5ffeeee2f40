/** The operating system's side: user ids, processes, ports. */
@org.jspecify.annotations.NullMarked
package dev.howdah.postgres.os;
