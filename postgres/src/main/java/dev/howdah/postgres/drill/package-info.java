/** Proof that backups restore: clusters that are made for it alone and thrown away. */
@org.jspecify.annotations.NullMarked
package dev.howdah.postgres.drill;
