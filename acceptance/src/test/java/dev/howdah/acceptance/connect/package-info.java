/** The examples of docs/connecting.md, run with the drivers they name. */
@org.jspecify.annotations.NullMarked
package dev.howdah.acceptance.connect;
