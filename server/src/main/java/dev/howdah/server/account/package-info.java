/** Who: accounts, their keys and their features. */
@org.jspecify.annotations.NullMarked
package dev.howdah.server.account;
