package io.drme.web;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Locale;

/** Makes random secrets, and the hashes under which they are kept. */
final class Secrets {
    /** Random bytes of tokens and session ids; 256 bits can't be guessed. */
    static final int TOKEN_BYTES = 32;

    /** Letters and digits that are not taken for each other: no i, l, o, 0, 1. */
    private static final String CODE_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789";

    /** 16 of 31 letters are 79 bits: with an expiry and a limit on tries, beyond guessing. */
    private static final int CODE_LENGTH = 16;

    private static final int CODE_GROUP = 4;
    private static final SecureRandom RANDOM = new SecureRandom();

    private Secrets() {}

    /** A token for programs: 43 characters of URL-safe base 64. */
    static String token() {
        var bytes = new byte[TOKEN_BYTES];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** A code that a person can read out and type, for example {@code k3md-7xhq-p2we-9abc}. */
    static String code() {
        var code = new StringBuilder();
        for (int i = 0; i < CODE_LENGTH; i++) {
            if (i > 0 && i % CODE_GROUP == 0) {
                code.append('-');
            }
            code.append(CODE_ALPHABET.charAt(RANDOM.nextInt(CODE_ALPHABET.length())));
        }
        return code.toString();
    }

    /** A code as it was made, whatever case and dashes somebody typed it with. */
    static String normalizedCode(String typed) {
        return typed.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }

    /** What a secret of many random bits is kept as; a password needs Argon2 instead. */
    static String hash(String secret) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(digest.digest(secret.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Compares in a time that does not depend on where the texts differ. */
    static boolean same(String a, String b) {
        return MessageDigest.isEqual(
                a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
    }
}
