package io.drme.web;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Packs the place where a list goes on, so that clients are not tempted to make up their own. */
final class Cursor {
    private static final int MAX_LENGTH = 1_024;

    private Cursor() {}

    static String pack(String place) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(place.getBytes(StandardCharsets.UTF_8));
    }

    static String unpack(String cursor) {
        try {
            if (cursor.length() <= MAX_LENGTH) {
                return new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
            }
        } catch (IllegalArgumentException _) {
            // Falls through: the client gets the problem below.
        }
        throw Problem.badParameter(
                        "cursor",
                        "this is no cursor that the server gave",
                        "the 'next' of the page before, unchanged")
                .asException();
    }
}
