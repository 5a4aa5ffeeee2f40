/** Apps, and who may work on them. */
@org.jspecify.annotations.NullMarked
package dev.howdah.server.app;
