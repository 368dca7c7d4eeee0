package io.drme.config;

/**
 * One thing that is wrong with a file.
 *
 * @param where the place a person has to look at
 * @param key the path of the key, for example {@code devices.press-3.unit-id}
 * @param message what was found, what is allowed and what to do
 */
public record Problem(Where where, String key, String message) {
    @Override
    public String toString() {
        return where + ": " + (key.isEmpty() ? "" : key + ": ") + message;
    }
}
