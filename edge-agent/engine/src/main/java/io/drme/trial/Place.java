package io.drme.trial;

import io.drme.config.Where;

/**
 * Where a part of a test stands.
 *
 * @param where in the file
 * @param key path of the key
 */
record Place(Where where, String key) {}
