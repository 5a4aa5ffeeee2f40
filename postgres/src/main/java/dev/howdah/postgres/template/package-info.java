/** Prepared data directories that new clusters are copied from. */
@org.jspecify.annotations.NullMarked
package dev.howdah.postgres.template;
