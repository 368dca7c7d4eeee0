package io.drme.driver.mqtt;

import java.util.Locale;

/** What a broker means by its reason codes (MQTT 5, 2.4), and what a person may do about it. */
final class Refusals {
    /** From here on a code is an error. */
    static final int FIRST_ERROR = 0x80;

    private static final int UNSUPPORTED_VERSION = 0x84;
    private static final int CLIENT_ID_NOT_VALID = 0x85;
    private static final int BAD_USER_OR_PASSWORD = 0x86;
    private static final int NOT_AUTHORIZED = 0x87;
    private static final int SERVER_UNAVAILABLE = 0x88;
    private static final int SERVER_BUSY = 0x89;
    private static final int BANNED = 0x8A;
    private static final int SHUTTING_DOWN = 0x8B;
    private static final int BAD_AUTHENTICATION = 0x8C;
    private static final int TAKEN_OVER = 0x8E;
    private static final int FILTER_INVALID = 0x8F;
    private static final int QUOTA = 0x97;
    private static final int RATE = 0x9F;
    private static final int NO_WILDCARDS = 0xA2;

    private Refusals() {}

    /** Whether trying again soon may help. */
    static boolean passes(int code) {
        return code == SERVER_UNAVAILABLE
                || code == SERVER_BUSY
                || code == SHUTTING_DOWN
                || code == QUOTA
                || code == RATE;
    }

    /** A code as a person reads it, with what to do. */
    static String text(int code) {
        var meaning =
                switch (code) {
                    case UNSUPPORTED_VERSION ->
                            "it does not speak MQTT 5; use a broker that does, or a bridge";
                    case CLIENT_ID_NOT_VALID -> "it does not take this client-id; give another";
                    case BAD_USER_OR_PASSWORD ->
                            "user or password is wrong; check user and password-file";
                    case NOT_AUTHORIZED ->
                            "it does not let us do that, or not without user and password; check user, password-file and the broker's access list";
                    case SERVER_UNAVAILABLE -> "it is not available now";
                    case SERVER_BUSY -> "it is busy";
                    case BANNED -> "it has banned us; ask who runs it";
                    case SHUTTING_DOWN -> "it is shutting down";
                    case BAD_AUTHENTICATION ->
                            "it wants another kind of sign-in; user with password, or a certificate, are what can be given";
                    case TAKEN_OVER ->
                            "another client with the same client-id took over; give each its own";
                    case FILTER_INVALID -> "it takes no such topic; check the address";
                    case QUOTA -> "a quota is used up";
                    case RATE -> "we connect too often for it";
                    case NO_WILDCARDS -> "it has no wildcards; give each topic as a tag";
                    default -> "see the list of reason codes of MQTT 5";
                };
        return "code 0x%s: %s"
                .formatted(Integer.toHexString(code).toUpperCase(Locale.ROOT), meaning);
    }
}
