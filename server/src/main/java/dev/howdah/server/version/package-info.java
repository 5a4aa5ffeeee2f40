/** Which PostgreSQL versions there are, and which of them a database may be made of. */
@org.jspecify.annotations.NullMarked
package dev.howdah.server.version;
