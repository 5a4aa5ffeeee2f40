/** Howdah's own certificate authority and the certificates of the servers. */
@org.jspecify.annotations.NullMarked
package dev.howdah.postgres.tls;
