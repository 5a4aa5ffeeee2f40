/**
 * What happens when things break: the server, a database's server, the control database, at every
 * recorded step and at random moments. Here, and only here, tests look under the product's lid,
 * because what must not be left behind can only be seen there.
 */
@org.jspecify.annotations.NullMarked
package dev.howdah.acceptance.fault;
