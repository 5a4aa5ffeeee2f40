/** Releases: an immutable record of what an app's dynos see. */
@org.jspecify.annotations.NullMarked
package dev.howdah.server.release;
