/** Continuous protection: lineages, base copies on schedule, retention, and what is proven. */
@org.jspecify.annotations.NullMarked
package dev.howdah.server.protection;
