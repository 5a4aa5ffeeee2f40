/** Under which host names an app answers. */
@org.jspecify.annotations.NullMarked
package dev.howdah.server.domain;
