/** What tenants can and cannot do. */
@org.jspecify.annotations.NullMarked
package dev.howdah.postgres.tenant;
