/**
 * Black-box tests: the built product is started with its own launcher, and used by the commands and
 * drivers that its users have. Nothing here knows a class of the product.
 */
@org.jspecify.annotations.NullMarked
package dev.howdah.acceptance;
