/** Switches that accounts and apps can turn on. */
@org.jspecify.annotations.NullMarked
package dev.howdah.server.feature;
