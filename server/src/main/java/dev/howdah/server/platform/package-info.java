/** The wire: negotiation, authentication, request schemas, errors, ranges, rate limit. */
@org.jspecify.annotations.NullMarked
package dev.howdah.server.platform;
