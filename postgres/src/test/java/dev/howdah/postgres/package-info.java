/** Tests against real servers. */
@org.jspecify.annotations.NullMarked
package dev.howdah.postgres;
