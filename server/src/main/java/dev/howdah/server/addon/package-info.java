/** The marketplace: services, plans, add-ons, attachments and how names are resolved. */
@org.jspecify.annotations.NullMarked
package dev.howdah.server.addon;
