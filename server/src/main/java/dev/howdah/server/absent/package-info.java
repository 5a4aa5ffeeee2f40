/** Collections of the Platform API that have nothing in them in this release. */
@org.jspecify.annotations.NullMarked
package dev.howdah.server.absent;
