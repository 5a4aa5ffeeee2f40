/** The control database: where it is, its migrations, its transactions. */
@org.jspecify.annotations.NullMarked
package dev.howdah.server.control;
