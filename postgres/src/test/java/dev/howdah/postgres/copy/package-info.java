/** Tests. */
@org.jspecify.annotations.NullMarked
package dev.howdah.postgres.copy;
