package io.drme.driver.opcua;

import java.util.Base64;
import java.util.Optional;
import java.util.UUID;

/**
 * A node as written in a file: {@code nsu=URI;s=Name}, {@code ns=2;i=1001}, or without namespace
 * for that of OPC UA itself (Part 6, 5.3.1.10).
 *
 * @param namespaceUri looked up at every connect, because indexes move when a server is changed;
 *     empty where the file gives the index
 * @param namespaceIndex 0 to 65535; meaningless where {@code namespaceUri} is set
 * @param kind which of the four forms {@code id} has
 * @param id the identifier as written; quotes are part of it, as Siemens servers want
 */
public record NodeAddress(String namespaceUri, int namespaceIndex, Kind kind, String id) {
    /** The longest address, in characters; OPC UA allows string identifiers of 4,096. */
    static final int MAX_LENGTH = 4_600;

    private static final long MAX_NUMERIC = 0xFFFF_FFFFL;

    /** The four forms of an identifier. */
    public enum Kind {
        /** {@code s=}, text. */
        STRING('s'),
        /** {@code i=}, a number of 32 bits without sign. */
        NUMERIC('i'),
        /** {@code g=}, a UUID. */
        GUID('g'),
        /** {@code b=}, bytes in base 64. */
        OPAQUE('b');

        private final char letter;

        Kind(char letter) {
            this.letter = letter;
        }
    }

    /** Reads an address; nothing where it is not of the documented form. */
    public static Optional<NodeAddress> parse(String text) {
        if (text.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        if (text.startsWith("nsu=")) {
            int end = text.indexOf(';');
            if (end <= 4) {
                return Optional.empty();
            }
            // Part 6: ';' and '%' of a URI are escaped, so the first ';' ends it.
            var uri = text.substring(4, end).replace("%3B", ";").replace("%25", "%");
            return identifier(uri, 0, text.substring(end + 1));
        }
        if (text.startsWith("ns=")) {
            int end = text.indexOf(';');
            var index = end < 0 ? -1 : number(text.substring(3, end), 0xFFFF);
            return index < 0
                    ? Optional.empty()
                    : identifier("", (int) index, text.substring(end + 1));
        }
        return identifier("", 0, text);
    }

    private static Optional<NodeAddress> identifier(String uri, int index, String text) {
        if (text.length() < 3 || text.charAt(1) != '=') {
            return Optional.empty();
        }
        var id = text.substring(2);
        for (var kind : Kind.values()) {
            if (kind.letter == text.charAt(0) && isValid(kind, id)) {
                return Optional.of(new NodeAddress(uri, index, kind, id));
            }
        }
        return Optional.empty();
    }

    private static boolean isValid(Kind kind, String id) {
        try {
            return switch (kind) {
                case STRING -> true;
                case NUMERIC -> number(id, MAX_NUMERIC) >= 0;
                case GUID -> UUID.fromString(id).toString().equalsIgnoreCase(id);
                case OPAQUE -> Base64.getDecoder().decode(id).length > 0;
            };
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    /** The number, or -1 where the text is none or too large. */
    private static long number(String text, long most) {
        if (text.isEmpty() || text.length() > 10 || !text.chars().allMatch(Character::isDigit)) {
            return -1;
        }
        long value = Long.parseLong(text);
        return value > most ? -1 : value;
    }

    @Override
    public String toString() {
        var namespace =
                !namespaceUri.isEmpty()
                        ? "nsu=%s;".formatted(namespaceUri.replace("%", "%25").replace(";", "%3B"))
                        : namespaceIndex == 0 ? "" : "ns=" + namespaceIndex + ";";
        return namespace + kind.letter + "=" + id;
    }
}
