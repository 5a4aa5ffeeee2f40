/** Who is logged in, and what of theirs lets them in: keys, authorizations, sessions. */
@NullMarked
package dev.howdah.cli.account;

import org.jspecify.annotations.NullMarked;
