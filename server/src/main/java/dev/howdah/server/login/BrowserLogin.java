package dev.howdah.server.login;

import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A log-in that a client began and that a person is to finish in a browser.
 *
 * @param page the secret in the address that the person opens
 * @param clientToken what the client shows to get the result
 * @param description what the client calls itself
 * @param attempts passwords tried so far
 * @param turn held by the one who tries a password: of two at once only one can finish
 * @param accessToken comes when the person has logged in; cancelled when nobody will
 */
record BrowserLogin(
    String page,
    String clientToken,
    String description,
    Instant expiresAt,
    AtomicInteger attempts,
    ReentrantLock turn,
    CompletableFuture<String> accessToken) {}
