/**
 * What took a database's place, and what is kept of what it replaced: the steps that rollback in
 * place, recovery, refresh and upgrade share, and how they are undone or confirmed.
 */
@org.jspecify.annotations.NullMarked
package dev.howdah.server.succession;
