/** The durable operation engine: an operation is a row. */
@org.jspecify.annotations.NullMarked
package dev.howdah.server.operation;
