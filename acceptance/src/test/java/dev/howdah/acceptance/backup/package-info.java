/** Backups: where they are kept, what is proven of them, and what happens when things break. */
@org.jspecify.annotations.NullMarked
package dev.howdah.acceptance.backup;
