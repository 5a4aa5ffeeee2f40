/** Logical copies between databases: {@code pg:copy}. */
@org.jspecify.annotations.NullMarked
package dev.howdah.server.transfer;
