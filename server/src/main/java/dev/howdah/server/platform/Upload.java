package dev.howdah.server.platform;

import java.io.InputStream;

/**
 * A body that is read while it arrives, however large.
 *
 * @param in what arrives; it ends, or fails, with the request
 * @param length bytes that were announced; negative when none were
 */
public record Upload(InputStream in, long length) {}
