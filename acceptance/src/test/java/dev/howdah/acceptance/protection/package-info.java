/**
 * Nobody loses data, and copies are what they say: forks, rollbacks, followers, lost disks, all
 * under load, each compared row by row with a book that its writers kept. Here, too, tests look
 * under the product's lid where only there can be seen that nothing is left behind.
 */
@org.jspecify.annotations.NullMarked
package dev.howdah.acceptance.protection;
