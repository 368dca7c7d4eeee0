package io.drme.web;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.zip.CRC32C;

/** Packs the place where a list goes on, so that clients are not tempted to make up their own. */
final class Cursor {
    private static final int MAX_LENGTH = 1_024;

    private Cursor() {}

    static String pack(String place) {
        var text = place.getBytes(StandardCharsets.UTF_8);
        var packed = ByteBuffer.allocate(Integer.BYTES + text.length).putInt(check(text)).put(text);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(packed.array());
    }

    /** Not a secret: it tells a cursor from a typing mistake, which would skip items unseen. */
    private static int check(byte[] place) {
        var crc = new CRC32C();
        crc.update(place);
        return (int) crc.getValue();
    }

    static String unpack(String cursor) {
        try {
            var packed = ByteBuffer.wrap(Base64.getUrlDecoder().decode(cursor));
            if (cursor.length() <= MAX_LENGTH && packed.remaining() >= Integer.BYTES) {
                int check = packed.getInt();
                var text = new byte[packed.remaining()];
                packed.get(text);
                if (check == check(text)) {
                    return new String(text, StandardCharsets.UTF_8);
                }
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
