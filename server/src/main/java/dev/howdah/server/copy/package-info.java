/**
 * Databases that are made from others: forks, rollbacks and followers, and what becomes of them.
 */
@org.jspecify.annotations.NullMarked
package dev.howdah.server.copy;
