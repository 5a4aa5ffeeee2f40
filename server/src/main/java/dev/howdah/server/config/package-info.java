/** Config vars: those the user sets and those attachments bring. */
@org.jspecify.annotations.NullMarked
package dev.howdah.server.config;
