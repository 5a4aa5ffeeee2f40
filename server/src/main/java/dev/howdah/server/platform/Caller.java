package dev.howdah.server.platform;

import java.util.UUID;

/**
 * Who makes a request.
 *
 * @param accountId the account
 * @param email its e-mail address
 * @param operator whether the account runs this installation
 * @param authorizationId the authorization whose token was presented
 */
public record Caller(UUID accountId, String email, boolean operator, UUID authorizationId) {}
